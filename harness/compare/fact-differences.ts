import type {FactValue} from '../observe/fact.ts';
import {recordedAreas} from '../observe/recorded-facts.ts';
import {ABSENT, seenFacts, type SeenFacts} from './cell-facts.ts';
import {neverPassed, type CellPair} from './cell-pair.ts';
import type {CellDifference} from './difference.ts';

/** What the facts of one cell say. */
export interface FactComparison {
  readonly differences: readonly CellDifference[];
  /** Facts that were not the same in all repetitions of one run; they differ only when no value of theirs is in both runs. */
  readonly unstable: readonly string[];
  /** Every fact that at least one of the runs has. */
  readonly facts: ReadonlySet<string>;
}

/**
 * Compares the facts of a cell, those alone that `comparableFacts` leaves. Where the cell was not run in one of the two, that is the only
 * difference.
 */
export const compareFacts = (
  pair: CellPair,
  comparableFacts: (facts: SeenFacts) => SeenFacts = (facts) => facts,
): FactComparison => {
  const [old, recent] = comparable(comparableFacts(seenFacts(pair.old)), comparableFacts(seenFacts(pair.new)));
  const facts = new Set([...old.keys(), ...recent.keys()]);
  const [oldStopped, newStopped] = [neverPassed(pair.old), neverPassed(pair.new)];
  const cell = {scenario: pair.scenario, level: pair.level, network: pair.network};
  const sets = {old: pair.old.runtimeSet, new: pair.new.runtimeSet};
  const differences = [...facts].flatMap((fact): CellDifference[] => {
    const [before, after] = [old.get(fact), recent.get(fact)];
    // A cell that never passed may not have come to what is seen last: that it failed is the difference.
    if (SEEN_LATE.test(fact) && ((before === undefined && oldStopped) || (after === undefined && newStopped))) {
      return [];
    }
    if (fact.startsWith('exec.') && [old, recent].some(toldNothing)) {
      return [];
    }
    if (!(before ?? NOTHING).isDisjointFrom(after ?? NOTHING)) {
      return [];
    }
    const kind = before === undefined ? 'added' : after === undefined ? 'removed' : 'changed';
    return changesOf(before, after).map((change) => ({fact, kind, cell, sets, ...change}));
  });
  const unstable = [...facts].filter((fact) => [old, recent].some((run) => (run.get(fact)?.size ?? 0) > 1));
  return {differences, unstable, facts};
};

/** Facts that are seen after the truth table was judged, by the tool or by the scenario itself. */
const SEEN_LATE = new RegExp(`^(exec|${recordedAreas.join('|')})\\.`);

/** Where no command could look around beside the workload, that alone is the difference. */
const toldNothing = (facts: SeenFacts): boolean => facts.get('lifecycle.exec.look')?.has('"seen"') === false;

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
 * Says every value that a fact had in either run: one change where it had one, and where repetitions did not agree one for each value, as
 * an explanation of the first is none of the others.
 */
const changesOf = (
  before: ReadonlySet<string> = NOTHING,
  after: ReadonlySet<string> = NOTHING,
): Pick<CellDifference, 'old' | 'new'>[] => {
  const [old, recent] = [presentIn(before), presentIn(after)];
  return Array.from({length: Math.max(old.length, recent.length)}, (_, index) => ({
    // A value may be null.
    old: index < old.length ? old[index] : old[0],
    new: index < recent.length ? recent[index] : recent[0],
  }));
};

const presentIn = (values: ReadonlySet<string>): FactValue[] =>
  [...values].filter((value) => value !== ABSENT).map((value) => JSON.parse(value) as FactValue);
