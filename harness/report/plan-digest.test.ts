import {expect, test} from 'vitest';
import {planDigest} from './plan-digest.ts';

test('plans with other cells are other plans, in whatever order they are', () => {
  const [a, b] = [{name: 'a'}, {name: 'b'}];
  expect(planDigest([a, b])).not.toBe(planDigest([a]));
  expect(planDigest([a, b])).not.toBe(planDigest([a, b, b]));
  expect(planDigest([a, b])).toBe(planDigest([b, a]));
});
