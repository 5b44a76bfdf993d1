import {median, permutationTest} from 'simple-statistics';
import type {LevelName} from '../levels/level.ts';
import {isCommonShift, type Threshold} from './common-shift.ts';
import type {Samples} from './difference.ts';

const MIB = 1024 * 1024;

/**
 * With fewer than five samples on one side nothing is known of the noise, so that only what no noise explains counts. From clean runs
 * of the sandbox on two busy processors: steps of 0.3 s vary by 50 ms as a rule, and by 0.5 s where the host does something else.
 */
const SINGLE: Readonly<Record<Samples['unit'], Threshold>> = {
  ms: {absolute: 1000, relative: 0.25},
  bytes: {absolute: 6 * MIB, relative: 0.3},
  count: {absolute: 2, relative: 0.5},
};

/** Enough for one of many cells that all say the same: what the host does in between does not hit all of them. */
const SHARED: Readonly<Record<Samples['unit'], Threshold>> = {
  ...SINGLE,
  ms: {absolute: 400, relative: 0.25},
  bytes: {absolute: 4 * MIB, relative: 0.2},
};

/**
 * With five or more on both sides a permutation test guards against chance. The threshold guards against what all samples of one run
 * share: five clean repetitions and five more, a minute later, were 0.12 s apart at a step of 0.4 s.
 */
const REPEATED: Readonly<Record<Samples['unit'], Threshold>> = {
  ms: {absolute: 100, relative: 0.25},
  bytes: {absolute: 2 * MIB, relative: 0.1},
  count: {absolute: 1, relative: 0},
};

/** Enough for what many cells say alike. For sizes nothing was seen that would be gained. */
const COMMON: Threshold = {absolute: 150, relative: 0.2};
/**
 * A host that was slower by more does not slow all steps alike, so that a part of it looks like a shift of some: where it was by 1.6, what a
 * step of 0.15 s took beyond that was 0.25 s.
 */
const MOST_HOST_FACTOR = 1.25;

const ENOUGH_SAMPLES = 5;
const SIGNIFICANCE = 0.01;
const PERMUTATIONS = 2000;

/** The least and the most that it may have been. */
export interface HostFactor {
  readonly least: number;
  readonly most: number;
}

/** The samples of one measurement in one cell, and what is known of the circumstances. */
export interface Case {
  readonly samples: Samples;
  /** Cells of one level do the same things: what changed in one of them should show in the others. */
  readonly level: LevelName;
  /** How many times slower the host was during the new run than during the old one: what that explains of a time is no difference. */
  readonly hostFactor: HostFactor;
  /** Widens the thresholds, for things that vary more than others. */
  readonly patience: number;
  /** How many times longer the machine takes for everything, as its traits say: so much more varies of a time. */
  readonly slowness: number;
  /** Whether it is the time of a runtime alone, which the tool has no part in. */
  readonly isOfRuntime: boolean;
}

/** Of the cells that have a measurement, this part has to agree for the lower thresholds to count. */
const MAJORITY = 2 / 3;
const FEWEST_CELLS = 3;
/** How many times the threshold of a single cell one has to exceed when the other cells of its level do not agree. */
const BEYOND_DOUBT = 4;

/**
 * Tells the cases that differ by more than noise, of all cells that have the same measurement, each with the samples that say so. Repeated ones are judged by
 * themselves. Of single pairs of samples those differ that moved together with at least two thirds of three or more cells, and what
 * went as far in the same direction; those that are far apart while all cells of their level moved with them; those that are
 * apart beyond doubt; and times of runtimes that moved by a little in most of many cells, of one level or of all.
 */
export const differentOnes = (cases: readonly Case[]): (Samples | undefined)[] => {
  const single = cases.filter((one) => !isRepeated(one));
  const together = [single, ...Map.groupBy(single, ({level}) => level).values()].filter(haveMovedTogether);
  return cases.map((one) => {
    if (isRepeated(one)) {
      return exceeds(one, REPEATED) && isSignificant(one) ? one.samples : undefined;
    }
    const company = together.find((same) => same.includes(one));
    return company === undefined ? (isFarApart(one, single) ? one.samples : undefined) : middleOf(company);
  });
};

const isFarApart = (one: Case, all: readonly Case[]): boolean => {
  const agreeing = (others: readonly Case[], direction: number): number =>
    others.filter((other) => movedIn(other) === direction).length;
  const agreesWith = (direction: number): boolean =>
    all.length >= FEWEST_CELLS && agreeing(all, direction) >= MAJORITY * all.length;
  const direction = movedIn(one);
  if (direction === 0) {
    // The lower threshold is a part of what the cell took before, which says little where the first cell of a run took long.
    return isCarried(one) && agreesWith(Math.sign(distanceOf(one)));
  }
  const ofLevel = all.filter(({level}) => level === one.level);
  return (
    agreesWith(direction) ||
    (exceeds(one, SINGLE) && agreeing(ofLevel, direction) === ofLevel.length) ||
    exceeds(one, SINGLE, BEYOND_DOUBT)
  );
};

const haveMovedTogether = (cases: readonly Case[]): boolean => {
  const isComparable = ({hostFactor, isOfRuntime}: Case): boolean =>
    isOfRuntime && Math.max(hostFactor.most, 1 / hostFactor.least) <= MOST_HOST_FACTOR;
  const shifts = cases.map((one) => ({distance: distanceOf(one), expected: median(expectedOf(one))}));
  return (
    cases.every(isComparable) &&
    isCommonShift(shifts, {...COMMON, absolute: COMMON.absolute * Math.max(...cases.map(({slowness}) => slowness))})
  );
};

/** The cell in the middle, of some that moved together: a single one can be far off, and go the other way. */
const middleOf = (cases: readonly Case[]): Samples => ({
  unit: 'ms',
  old: [median(cases.map(({samples}) => median([...samples.old])))],
  new: [median(cases.map(({samples}) => median([...samples.new])))],
});

/** 1 for more, -1 for less, 0 for noise. */
const movedIn = (one: Case): number => (exceeds(one, SHARED) ? Math.sign(distanceOf(one)) : 0);

/** Whether it went as far as others have to, leaving aside what it was before. */
const isCarried = (one: Case): boolean => Math.abs(distanceOf(one)) > one.patience * absoluteOf(one, SHARED);

const isRepeated = ({samples: {old, new: recent}}: Case): boolean =>
  Math.min(old.length, recent.length) >= ENOUGH_SAMPLES;

/** What was measured before, as long as the host may have made it: as near to what was measured then as it can have been. */
const expectedOf = ({samples: {old, new: recent, unit}, hostFactor: {least, most}}: Case): number[] => {
  const factor = Math.min(most, Math.max(least, median([...recent]) / Math.max(1, median([...old]))));
  return old.map((value) => value * (unit === 'ms' ? factor : 1));
};

const distanceOf = (one: Case): number => median([...one.samples.new]) - median(expectedOf(one));

const exceeds = (one: Case, thresholds: typeof SINGLE, times = 1): boolean => {
  const {relative} = thresholds[one.samples.unit];
  const threshold = absoluteOf(one, thresholds) + relative * median(expectedOf(one));
  return Math.abs(distanceOf(one)) > times * one.patience * threshold;
};

const absoluteOf = ({samples: {unit}, slowness}: Case, thresholds: typeof SINGLE): number =>
  thresholds[unit].absolute * (unit === 'ms' ? slowness : 1);

const isSignificant = (one: Case): boolean =>
  permutationTest(expectedOf(one), [...one.samples.new], 'two_side', PERMUTATIONS, seededRandom()) < SIGNIFICANCE;

/** The same numbers at each call, so that two comparisons of the same runs agree: mulberry32, https://gist.github.com/tommyettinger/46a874533244883189143505d203312c */
const seededRandom = (): (() => number) => {
  let state = 1;
  return () => {
    state = (state + 0x6d_2b_79_f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};
