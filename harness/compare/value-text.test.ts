import {expect, test} from 'vitest';
import {changeText} from './value-text.ts';

test.each([
  ['items that came and went', ['a', 'b'], ['b', 'c'], '+c, -a'],
  ['another order', ['a', 'b'], ['b', 'a'], 'another order: [b, a]'],
  [
    'an item in the place of another',
    ['run', 'end', 'run'],
    ['run', 'end', 'end'],
    '[run, end, run] -> [run, end, end]',
  ],
  ['an item that is there more often', ['a', 'b'], ['a', 'b', 'a'], 'the same items, 2 -> 3 of them'],
])('a list with %s says so', (_, old, recent, text) => {
  expect(changeText({kind: 'changed', old, new: recent})).toBe(text);
});
