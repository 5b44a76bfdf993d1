import type {FactValue} from '../observe/fact.ts';
import type {CellRecord} from '../report/run-record.ts';
import type {CellRuns} from './cell-pair.ts';
import {lasting, whatFailed} from './what-failed.ts';

/** Stands among the values of an observed fact for repetitions that passed and do not have it. */
export const ABSENT = '';

/** Every value a fact had over the repetitions of a cell, as JSON or {@link ABSENT}; one, unless the fact is not stable. */
export type SeenFacts = ReadonlyMap<string, ReadonlySet<string>>;

/** The facts of a cell: those that were observed, and those that its record has. */
export const seenFacts = ({cells, observations}: CellRuns): SeenFacts => {
  const seen = new Map<string, Set<string>>();
  const add = (path: string, value: FactValue): void => {
    const values = seen.get(path) ?? new Set();
    seen.set(path, values.add(JSON.stringify(value)));
  };
  for (const {facts} of observations) {
    for (const [path, value] of Object.entries(facts)) {
      add(path, value);
    }
  }
  // A repetition that failed may not have come to a fact: that it lacks one says nothing.
  const passed = new Set(cells.flatMap(({name, status}) => (status === 'passed' ? [name] : [])));
  const whole = observations.filter(({cell}) => passed.has(cell));
  for (const [path, values] of seen) {
    if (whole.some(({facts}) => !(path in facts))) {
      values.add(ABSENT);
    }
  }
  for (const {imageDigest} of cells) {
    if (imageDigest !== undefined) {
      add('image.digest', imageDigest);
    }
  }
  // A failure of one repetition is a failure: it is not weighed against those that passed, nor does it hide what another failed with.
  const troubles = cells.flatMap((cell) => Object.entries(troublesOf(cell)));
  for (const [path, same] of Map.groupBy(troubles, ([each]) => each)) {
    add(
      path,
      same
        .map(([, items]) => items)
        .reduce(unite)
        .toSorted(),
    );
  }
  return seen;
};

/** What `run.json` says went wrong in one repetition of a cell, as facts. */
const troublesOf = ({status, failures, knownResidue}: CellRecord): Record<string, readonly string[]> => {
  const facts: Record<string, readonly string[]> = {};
  if (status === 'not-run') {
    facts['cell.notRun'] = failures.map(({sentence}) => lasting(sentence));
    return facts;
  }
  if (knownResidue.length > 0) {
    facts['residue.known'] = knownResidue.map(lasting);
  }
  for (const failure of failures) {
    const path = failure.class === 'residue' ? 'residue' : `failure.${failure.class}`;
    facts[path] = [...(facts[path] ?? []), ...whatFailed(failure)];
  }
  return facts;
};

/** Each item as often as the list has it that has more of them: two things of a kind that are left are not one. */
const unite = (one: readonly string[], other: readonly string[]): readonly string[] => {
  const known = [...one];
  const more = other.filter((item) => {
    const at = known.indexOf(item);
    if (at !== -1) {
      known.splice(at, 1);
    }
    return at === -1;
  });
  return [...one, ...more];
};
