import {expect, test} from 'vitest';
import {compareRuns} from './comparison.ts';
import {exampleLoadedRun} from './example-runs.ts';

/** What the steps of a cell at runc's level take in a sandbox, in milliseconds. */
const OF_RUNTIME = {'run the bundle': 500, exec: 200, stop: 300, 'remove what was made': 150};
const OF_TOOL = {'look at what was built': 70, 'make a veth pair': 5, 'edit the spec': 16};

/** How long a host and its runtime take, of what they usually do. */
interface Pace {
  readonly host?: number;
  readonly runtime?: (milliseconds: number) => number;
}

const run = (cells: number, repetitions: number, {host = 1, runtime = (time) => time}: Pace = {}) => {
  const around = (time: number) => Array.from({length: repetitions}, (_, index) => host * time * (1 + index / 100));
  const steps = {
    ...Object.fromEntries(Object.entries(OF_TOOL).map(([title, time]) => [title, around(time)])),
    ...Object.fromEntries(Object.entries(OF_RUNTIME).map(([title, time]) => [title, around(runtime(time))])),
  };
  return exampleLoadedRun(
    Array.from({length: cells}, (_, index) => ({level: 'runc', steps, cell: {scenario: `scenario ${index}`}})),
  );
};

const different = (cells: number, repetitions: number, pace: Pace): string[] => {
  const facts = compareRuns(run(cells, repetitions), run(cells, repetitions, pace)).differences.map(({fact}) => fact);
  return facts.toSorted();
};

const ALONE = ['time.exec', 'time.start', 'time.stop'];
const ALL = ['time.exec', 'time.remove what was made', 'time.start', 'time.stop'];

test.each<[string, number, (milliseconds: number) => number, string[]]>([
  ['twice as long', 1, (time) => time * 2, ALONE],
  ['three times as long', 1, (time) => time * 3, ALONE],
  ['three times as long, repeated,', 5, (time) => time * 3, ALL],
  ['a second more', 1, (time) => time + 1000, ALL],
  ['a second more, repeated,', 5, (time) => time + 1000, ALL],
  ['a third of a second more', 1, (time) => time + 300, ALONE],
])('a runtime that takes %s for everything is seen where no other ran', (_, repetitions, runtime, seen) => {
  expect(different(15, repetitions, {runtime})).toEqual(seen);
});

test.each([
  ['slower', 1, 3],
  ['slower', 5, 3],
  ['faster', 1, 1 / 3],
  ['faster', 5, 1 / 3],
])('a host that was %s is no difference, with %i repetitions', (_, repetitions, host) => {
  expect(different(15, repetitions, {host})).toEqual([]);
  expect(different(3, repetitions, {host})).toEqual([]);
});

test('a runtime that became slower is seen on a host that was slower as well', () => {
  expect(different(15, 5, {host: 2, runtime: (time) => time * 2})).toEqual(ALL);
  expect(different(15, 1, {host: 1.2, runtime: (time) => time + 500})).toEqual(ALL);
});
