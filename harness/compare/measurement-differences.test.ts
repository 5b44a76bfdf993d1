import {describe, expect, test} from 'vitest';
import type {CellRecord} from '../report/run-record.ts';
import {compareRuns} from './comparison.ts';
import {exampleLoadedRun} from './example-runs.ts';

/** What the steps of a cell take in a sandbox, in milliseconds: those of a runtime, those of the tool with a runtime's help, and its own. */
const OF_RUNTIME = {'run the bundle': 500, exec: 200, stop: 300, 'remove what was made': 150};
const OF_BOTH = {'list what the machine holds': 300, 'look at them': 90};
const LOOK = {'look at what was built': 70};
const SHORT = {'make a network namespace': 7, 'make a veth pair': 5, 'give it an address': 4, 'edit the spec': 16};

/** How long a host, its runtime and the short steps on it take, of what they usually do. */
interface Pace {
  readonly host?: number;
  readonly runtime?: (milliseconds: number) => number;
  readonly short?: number;
}

interface Shape {
  readonly levels: readonly CellRecord['level'][];
  readonly ofTool: Readonly<Record<string, number>>;
}

const times = <One>(count: number, one: One): One[] => Array.from({length: count}, () => one);

const RUNC_ALONE: Shape = {levels: times(15, 'runc'), ofTool: {...LOOK, ...SHORT}};
const DOCKER_ALONE: Shape = {levels: times(4, 'docker'), ofTool: LOOK};
const NGINX: Shape = {levels: ['docker', 'ctr', 'ctr', 'ctr', 'runc'], ofTool: {...LOOK, ...SHORT}};
const WHOLE: Shape = {levels: times(40, ['docker', 'ctr', 'runc'] as const).flat(), ofTool: {...LOOK, ...SHORT}};
const NOTHING_BUILT: Shape = {levels: times(4, 'docker'), ofTool: {}};
const SHAPES = {
  'runc alone': RUNC_ALONE,
  'docker alone': DOCKER_ALONE,
  "nginx's five cells": NGINX,
  'a whole run': WHOLE,
  'a run in which nothing built is looked at': NOTHING_BUILT,
};

const run = (
  {levels, ofTool}: Shape,
  repetitions: number,
  {host = 1, runtime = (time) => time, short = host}: Pace = {},
) => {
  const around = (usual: Readonly<Record<string, number>>, pace: (time: number) => number) =>
    Object.fromEntries(
      Object.entries(usual).map(([title, time]) => [
        title,
        Array.from({length: repetitions}, (_, index) => pace(time) * (1 + index / 100)),
      ]),
    );
  const steps = {
    ...around(ofTool, (time) => time * (time < 20 ? short : host)),
    ...around({...OF_RUNTIME, ...OF_BOTH}, (time) => host * runtime(time)),
  };
  return exampleLoadedRun(levels.map((level, index) => ({level, steps, cell: {scenario: `scenario ${index}`}})));
};

const different = (shape: Shape, repetitions: number, pace: Pace, before: Pace = {}): string[] => {
  const {differences} = compareRuns(run(shape, repetitions, before), run(shape, repetitions, pace));
  return [...new Set(differences.map(({fact}) => fact))].toSorted();
};

const ALONE = ['time.exec', 'time.start', 'time.stop'];
const ALL = ['time.exec', 'time.remove what was made', 'time.start', 'time.stop'];

test.each<[string, number, (milliseconds: number) => number, string[]]>([
  ['twice as long', 1, (time) => time * 2, ALONE],
  ['twice as long, repeated,', 5, (time) => time * 2, ALL],
  ['three times as long', 1, (time) => time * 3, ALONE],
  ['three times as long, repeated,', 5, (time) => time * 3, ALL],
  ['a second more', 1, (time) => time + 1000, ALL],
  ['a second more, repeated,', 5, (time) => time + 1000, ALL],
  ['a third of a second more', 1, (time) => time + 300, ALONE],
])('a runtime that takes %s for everything is seen where no other ran', (_, repetitions, runtime, seen) => {
  expect(different(RUNC_ALONE, repetitions, {runtime})).toEqual(seen);
});

test('a runtime that became slower is seen on a host that was slower as well', () => {
  expect(different(RUNC_ALONE, 5, {host: 2, runtime: (time) => time * 2})).toEqual(ALL);
  expect(different(RUNC_ALONE, 1, {host: 1.2, runtime: (time) => time + 500})).toEqual(ALL);
});

test.each([DOCKER_ALONE, NGINX])('and in a few cells, when they are repeated', (shape) => {
  expect(different(shape, 5, {runtime: (time) => time * 2})).toEqual(ALL);
});

describe.each(Object.entries(SHAPES))('%s', (_, shape) => {
  test.each([1, 5])('a host that was slower or faster is no difference, with %i repetitions', (repetitions) => {
    for (const host of [3, 2, 1 / 2, 1 / 3]) {
      expect(different(shape, repetitions, {host})).toEqual([]);
    }
  });

  test.each([1, 5])('nor is what takes as long as before on any host, with %i repetitions', (repetitions) => {
    for (const host of [3, 2, 1 / 2, 1 / 3]) {
      expect(different(shape, repetitions, {host, runtime: (time) => time / host})).toEqual([]);
    }
  });

  test('a runtime that takes three seconds more is seen', () => {
    expect(different(shape, 5, {runtime: (time) => time + 3000})).toContain('time.start');
  });
});

test('a host that slows all but the short steps, which start one process, is no difference', () => {
  expect(different(NGINX, 5, {host: 2, short: 1})).toEqual([]);
  expect(different(NGINX, 5, {}, {host: 2, short: 1})).toEqual([]);
});
