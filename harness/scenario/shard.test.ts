import {array, assert, integer, nat, property} from 'fast-check';
import {expect, test} from 'vitest';
import type {PlannedCell} from '../report/progress.ts';
import {shareOut} from './shard.ts';

const cellNamed = (name: string): PlannedCell => ({
  name,
  scenario: 'serves',
  file: 'scenarios/web.scenario.ts',
  level: 'docker',
  network: 'published',
  runtimeSet: 'bookworm',
  repetition: 1,
});

const cells = (durations: readonly number[]) =>
  durations.map((duration, index) => ({...cellNamed(`${index}`), duration}));
const parts = (durations: readonly number[], count: number) =>
  Array.from({length: count}, (_, index) =>
    shareOut(cells(durations), {index: index + 1, count}, (cell) => durations[Number(cell.name)]),
  );
const sumOf = (part: readonly PlannedCell[], durations: readonly number[]) =>
  part.reduce((total, {name}) => total + (durations[Number(name)] ?? 0), 0);

test('every cell is in one part and no other', () => {
  assert(
    property(array(nat(1000), {minLength: 1, maxLength: 40}), integer({min: 1, max: 6}), (durations, count) => {
      const names = parts(durations, count).flatMap((part) => part.map(({name}) => Number(name)));
      expect(names.toSorted((one, other) => one - other)).toEqual(durations.map((_, index) => index));
    }),
  );
});

test('no part takes longer than the mean by more than the longest cell', () => {
  assert(
    property(array(nat(1000), {minLength: 1, maxLength: 40}), integer({min: 1, max: 6}), (durations, count) => {
      const mean = durations.reduce((total, duration) => total + duration, 0) / count;
      const longest = Math.max(...parts(durations, count).map((part) => sumOf(part, durations)));
      expect(longest).toBeLessThanOrEqual(mean + Math.max(...durations));
    }),
  );
});

test('one long cell outweighs many short ones', () => {
  expect(parts([10, 90, 10, 10, 10, 10, 10, 10, 10, 10], 2).map((part) => part.length)).toEqual([1, 9]);
});

test('what nobody has measured counts as the mean', () => {
  const planned = ['a', 'b', 'c', 'd'].map(cellNamed);
  const durationOf = ({name}: PlannedCell) => (name === 'a' ? 30 : name === 'b' ? 10 : undefined);
  expect(shareOut(planned, {index: 1, count: 2}, durationOf).map(({name}) => name)).toEqual(['a', 'b']);
});

test('a part keeps the order of the plan', () => {
  expect(parts([1, 5, 2, 9, 3, 7], 1)[0]?.map(({name}) => name)).toEqual(['0', '1', '2', '3', '4', '5']);
});
