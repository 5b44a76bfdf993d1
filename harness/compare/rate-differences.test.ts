import {expect, test} from 'vitest';
import {exampleFailure} from '../report/example-run.ts';
import {compareRuns} from './comparison.ts';
import {exampleLoadedRun} from './example-runs.ts';
import {chanceOf} from './rate-differences.ts';

// The lady tasting tea, and values of R's fisher.test.
test.each([
  [{hits: 3, of: 4}, {hits: 1, of: 4}, 0.4857],
  [{hits: 1, of: 12}, {hits: 8, of: 12}, 0.0094],
  [{hits: 0, of: 12}, {hits: 12, of: 12}, 7.396e-7],
  [{hits: 8, of: 12}, {hits: 8, of: 12}, 1],
])('%o and %o are by chance with %d', (one, other, chance) => {
  expect(chanceOf(one, other)).toBeCloseTo(chance, 4);
  expect(chanceOf(other, one)).toBeCloseTo(chance, 4);
});

const path = 'resources.oom.flagged';
const withRates = (...rates: (readonly [hits: number, of: number])[]) => {
  const run = exampleLoadedRun([{level: 'docker', network: 'published', steps: {stop: rates.map(() => 1)}}]);
  for (const [index, observation] of [...run.observations.values()].entries()) {
    const [hits = 0, of = 0] = rates[index] ?? [];
    Object.assign(observation, {rates: of === 0 ? {} : {[path]: {hits, of}}});
  }
  return run;
};

test('repetitions are taken together', () => {
  const once = compareRuns(withRates([2, 4]), withRates([4, 4])).differences;
  expect(once).toEqual([]);
  expect(compareRuns(withRates([0, 6], [1, 6]), withRates([6, 6], [2, 6])).differences).toMatchObject([
    {fact: path, kind: 'changed', old: '1 of 12', new: '8 of 12', group: 'resources', layer: 'dockerd'},
  ]);
});

test('a rate that only one run has was added or removed', () => {
  expect(compareRuns(withRates([0, 0]), withRates([1, 6])).differences).toMatchObject([{kind: 'added', new: '1 of 6'}]);
});

test('a rate that all repetitions which passed have lost was removed, though another failed', () => {
  const failing = (...rates: (readonly [hits: number, of: number])[]) => {
    const run = withRates(...rates);
    Object.assign(run.record.cells.at(-1) ?? {}, {status: 'failed', failures: [exampleFailure({class: 'probe'})]});
    return run;
  };
  expect(compareRuns(failing([1, 6], [0, 0]), failing([0, 0], [0, 0])).differences).toMatchObject([{kind: 'removed'}]);
  expect(compareRuns(failing([1, 6]), failing([0, 0])).differences).toEqual([]);
});
