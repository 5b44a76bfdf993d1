import {median, permutationTest} from 'simple-statistics';
import type {Samples} from './difference.ts';

/** How far two medians have to be apart before it is worth a word. */
interface Threshold {
  readonly absolute: number;
  /** Of the old median. */
  readonly relative: number;
}

const MIB = 1024 * 1024;

/**
 * With fewer than five samples on one side nothing is known of the noise, so that only what no noise explains counts. The values
 * are from clean runs of the sandbox on two busy processors: steps of 0.3 s vary by 50 ms as a rule and by 0.5 s at times.
 */
const SINGLE: Readonly<Record<Samples['unit'], Threshold>> = {
  ms: {absolute: 800, relative: 0.25},
  bytes: {absolute: 6 * MIB, relative: 0.3},
  count: {absolute: 2, relative: 0.5},
};

/** With five or more on both sides a permutation test guards against chance, and the threshold only against the trivial. */
const REPEATED: Readonly<Record<Samples['unit'], Threshold>> = {
  ms: {absolute: 50, relative: 0.15},
  bytes: {absolute: 2 * MIB, relative: 0.1},
  count: {absolute: 1, relative: 0},
};

const ENOUGH_SAMPLES = 5;
const SIGNIFICANCE = 0.01;
const PERMUTATIONS = 2000;

/**
 * Whether two sets of samples differ by more than noise. `hostFactor` is how many times slower this host was during the new run
 * than during the old one; it is taken out of times. `patience` widens the thresholds, for things that vary more than others.
 */
export const isDifferent = ({old, new: recent, unit}: Samples, hostFactor: number, patience = 1): boolean => {
  const factor = unit === 'ms' ? hostFactor : 1;
  const expected = old.map((value) => value * factor);
  const distance = Math.abs(median([...recent]) - median(expected));
  const isRepeated = Math.min(old.length, recent.length) >= ENOUGH_SAMPLES;
  const {absolute, relative} = (isRepeated ? REPEATED : SINGLE)[unit];
  if (distance <= patience * (absolute + relative * median(expected))) {
    return false;
  }
  return !isRepeated || permutationTest(expected, [...recent], 'two_side', PERMUTATIONS, seededRandom()) < SIGNIFICANCE;
};

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
