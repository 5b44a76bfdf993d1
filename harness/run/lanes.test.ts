import {expect, test} from 'vitest';
import type {PlannedCell} from '../report/progress.ts';
import {lanesOf} from './lanes.ts';

const cell = (file: string, number: number, runtimeSet = 'bookworm'): PlannedCell => ({
  name: `${file} ${number} ${runtimeSet}`,
  scenario: file,
  file,
  level: 'docker',
  network: 'published',
  runtimeSet,
  repetition: 1,
});

const files = (counts: Readonly<Record<string, number>>, set?: string): PlannedCell[] =>
  Object.entries(counts).flatMap(([file, count]) =>
    Array.from({length: count}, (_, number) => cell(file, number, set)),
  );

const shape = (...args: Parameters<typeof lanesOf>): string[] =>
  lanesOf(...args).map(
    ({runtimeSet, cells}) => `${runtimeSet}: ${[...new Set(cells.map(({file}) => file))].join(' ')}`,
  );

test('each runtime set has a lane of its own, also when not all can run at once', () => {
  const cells = [...files({a: 2, b: 1}), ...files({a: 2, b: 1}, 'forky')];
  expect(shape(cells, 1)).toEqual(['bookworm: a b', 'forky: a b']);
});

test.for([
  [1, ['bookworm: a b c']],
  [2, ['bookworm: a', 'bookworm: b c']],
  [3, ['bookworm: a', 'bookworm: b', 'bookworm: c']],
  [9, ['bookworm: a', 'bookworm: b', 'bookworm: c']],
] as const)('the files of a set are shared out to %i machines', ([atOnce, lanes]) => {
  expect(shape(files({a: 5, b: 3, c: 1}), atOnce)).toEqual(lanes);
});

test('what takes long counts for more than what is many', () => {
  const weigh = ({file}: PlannedCell): number => (file === 'slow' ? 60 : 1);
  expect(shape(files({a: 3, b: 3, slow: 1}), 2, weigh)).toEqual(['bookworm: slow', 'bookworm: a b']);
});

test('every cell is in one lane, in the order of the plan', () => {
  const cells = files({a: 2, b: 4, c: 3, d: 1});
  const lanes = lanesOf(cells, 3);
  expect(lanes.flatMap((lane) => lane.cells).sort((a, b) => cells.indexOf(a) - cells.indexOf(b))).toEqual(cells);
  for (const lane of lanes)
    expect(lane.cells.map((one) => cells.indexOf(one))).toEqual(
      lane.cells.map((one) => cells.indexOf(one)).sort((a, b) => a - b),
    );
});
