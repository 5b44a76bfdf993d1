import type {FactValue} from '../observe/fact.ts';
import {recordedAreas} from '../observe/recorded-facts.ts';
import {ABSENT, seenFacts, type SeenFacts} from './cell-facts.ts';
import {neverPassed, type CellPair} from './cell-pair.ts';
import type {CellDifference} from './difference.ts';

/** What the facts of one cell say. */
export interface FactComparison {
  readonly differences: readonly CellDifference[];
  /** Facts that were not the same in all repetitions of one run; they differ only when the new run has a value that the old one never had. */
  readonly unstable: readonly string[];
  /** Every fact that at least one of the runs has. */
  readonly facts: ReadonlySet<string>;
}

/**
 * Compares the facts of a cell, those alone that `comparableFacts` leaves of one run, given those of the other. Where the cell was not run in
 * one of the two, that is the only difference.
 */
export const compareFacts = (
  pair: CellPair,
  comparableFacts: (facts: SeenFacts, other: SeenFacts) => SeenFacts = (facts) => facts,
): FactComparison => {
  const [oldSeen, newSeen] = [seenFacts(pair.old), seenFacts(pair.new)];
  const [old, recent] = comparable(comparableFacts(oldSeen, newSeen), comparableFacts(newSeen, oldSeen));
  const facts = new Set([...old.keys(), ...recent.keys()]);
  const [oldStopped, newStopped] = [neverPassed(pair.old), neverPassed(pair.new)];
  const cell = {scenario: pair.scenario, level: pair.level, network: pair.network};
  const sets = {old: pair.old.runtimeSet, new: pair.new.runtimeSet};
  const differences = [...facts].flatMap((fact): CellDifference[] => {
    const [before, after] = [seenOf(fact, old), seenOf(fact, recent)];
    // A cell that never passed may not have come to what is seen last: that it failed is the difference.
    if (SEEN_LATE.test(fact) && ((before === undefined && oldStopped) || (after === undefined && newStopped))) {
      return [];
    }
    if (fact.startsWith('exec.') && [old, recent].some(toldNothing)) {
      return [];
    }
    return changesOf(before, after).map((change) => ({fact, cell, sets, ...change}));
  });
  const unstable = [...facts].filter((fact) => [old, recent].some((run) => (run.get(fact)?.size ?? 0) > 1));
  return {differences, unstable, facts};
};

/** Facts that are seen after the truth table was judged, by the tool or by the scenario itself. */
const SEEN_LATE = new RegExp(`^(exec|${recordedAreas.join('|')})\\.`);

/** Where no command could look around beside the workload, that alone is the difference. */
const toldNothing = (facts: SeenFacts): boolean => facts.get('lifecycle.exec.look')?.has('"seen"') === false;

/** Every value of a fact. That one of a command is absent says nothing where some of the commands could not look around. */
const seenOf = (fact: string, facts: SeenFacts): ReadonlySet<string> | undefined => {
  const values = facts.get(fact);
  const isPartial = fact.startsWith('exec.') && (facts.get('lifecycle.exec.look')?.size ?? 0) > 1;
  return isPartial ? values?.difference(NOTHING) : values;
};

const NOTHING: ReadonlySet<string> = new Set([ABSENT]);

/** A cell that was never observed has no facts: that says nothing of what the level would have built. */
const comparable = (old: SeenFacts, recent: SeenFacts): [SeenFacts, SeenFacts] => {
  const isBlind = [old, recent].some((facts) => [...facts.keys()].every(isOfRecord));
  return isBlind ? [onlyOfRecord(old), onlyOfRecord(recent)] : [old, recent];
};

/** Whether a fact is of what `run.json` says of a cell: its image, whether it was run, what failed and what it left behind. */
const isOfRecord = (fact: string): boolean => /^(cell|failure|residue|image)\b/.test(fact);

const onlyOfRecord = (facts: SeenFacts): SeenFacts =>
  new Map([...facts].filter(([fact]) => isOfRecord(fact) && fact !== 'image.digest' && fact !== 'residue.known'));

/**
 * Says every value that the new run alone has: one such repetition in five is a regression in some of them. What the old run alone has says
 * nothing where all of the new run was seen before. One change where each run had one value, and where repetitions did not agree one for each
 * value, as an explanation of the first is none of the others.
 */
const changesOf = (
  before: ReadonlySet<string> = NOTHING,
  after: ReadonlySet<string> = NOTHING,
): Pick<CellDifference, 'kind' | 'old' | 'new'>[] => {
  const come = [...after.difference(before)].map(valueOf);
  if (come.length === 0) {
    return [];
  }
  const gone = before.difference(after);
  const left = [...(gone.size > 0 ? gone : before)].map(valueOf);
  return Array.from({length: Math.max(left.length, come.length)}, (_, index) => {
    // A value may be null.
    const [old, recent] = [index < left.length ? left[index] : left[0], index < come.length ? come[index] : come[0]];
    return {kind: old === undefined ? 'added' : recent === undefined ? 'removed' : 'changed', old, new: recent};
  });
};

const valueOf = (value: string): FactValue | undefined =>
  value === ABSENT ? undefined : (JSON.parse(value) as FactValue);
