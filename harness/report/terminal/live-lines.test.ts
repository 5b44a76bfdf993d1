import {expect, test} from 'vitest';
import {liveLines} from './live-lines.ts';
import {plainPaint} from './paint.ts';

const step = (scope: string, title: string) => ({scope, title, sinceMs: 1000});

test('a step shows its scope and the time it has taken', () => {
  expect(liveLines([step('run', 'Bake'), step('m1', 'Start')], 3000, 80, plainPaint)).toEqual([
    '⠋     2.00 s  Bake',
    '⠋     2.00 s  m1 · Start',
  ]);
});

test('a line is no longer than the terminal is wide', () => {
  expect(liveLines([step('run', 'x'.repeat(100))], 1000, 40, plainPaint)[0]).toHaveLength(39);
});

test('many steps are counted', () => {
  const steps = ['a', 'b', 'c', 'd', 'e', 'f'].map((scope) => step(scope, ''));
  expect(liveLines(steps, 1000, 80, plainPaint).at(-1)?.trim()).toBe('and 2 more');
});

test('what a step took the last time stands behind it, and is never cut', () => {
  const lines = liveLines([{...step('run', 'x'.repeat(100)), expectedMs: 12_000}], 1000, 60, plainPaint);
  expect(lines[0]).toMatch(/x…  of about 12\.0 s$/);
  expect(lines[0]?.length).toBeLessThan(60);
});
