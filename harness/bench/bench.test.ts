import {expect, test} from 'vitest';
import {compete} from './contest.ts';
import {estimate} from './estimate.ts';

test('every round begins with another entrant, and the first does not count', async () => {
  const order: string[] = [];
  const entrant = (name: string) => ({name, run: async () => void order.push(name)});
  const times = await compete([entrant('a'), entrant('b'), entrant('c')], 3);
  expect(order.join('')).toBe('abcbcacababc');
  expect([...times].map(([name, {length}]) => [name, length])).toEqual([
    ['a', 3],
    ['b', 3],
    ['c', 3],
  ]);
});

test('the median stands with its interval', () => {
  const samples = Array.from({length: 25}, (_, index) => 100 - index);
  expect(estimate(samples)).toEqual({median: 88, low: 83, high: 93, samples: 25});
});

test('few samples have no interval but their extremes', () => {
  expect(estimate([3, 1, 2])).toEqual({median: 2, low: 1, high: 3, samples: 3});
});
