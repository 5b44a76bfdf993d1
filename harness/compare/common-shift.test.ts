import {expect, test} from 'vitest';
import {isCommonShift} from './common-shift.ts';

const threshold = {absolute: 150, relative: 0.2};

/** Cells that took 200 to 500 ms before, each of them moved by one of `distances`. */
const moved = (count: number, distances: readonly number[]) =>
  Array.from({length: count}, (_, index) => ({
    expected: 200 + 100 * (index % 4),
    distance: distances[index % distances.length] ?? 0,
  }));

test('what many cells share is seen, though it is small', () => {
  expect(isCommonShift(moved(40, [280, 300, 320]), threshold)).toBe(true);
  expect(isCommonShift(moved(40, [-280, -300, -320]), threshold)).toBe(true);
});

test.each([
  ['a few cells', moved(11, [300])],
  ['a small part of what they take', moved(40, [200])],
  ['some of them', moved(40, [300, 300, 20])],
  ['one way and the other', moved(40, [300, 300, -300])],
])('noise: %s', (_, shifts) => {
  expect(isCommonShift(shifts, threshold)).toBe(false);
});
