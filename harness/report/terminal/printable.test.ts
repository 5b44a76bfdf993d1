import {expect, test} from 'vitest';
import {cut, printable} from './printable.ts';

test.for([
  ['plain', 'plain'],
  ['\u001B[31mred\u001B[0m', 'red'],
  ['\u001B]0;title\u0007body', 'body'],
  ['two\nlines\r\n\tindented', 'two lines indented'],
  ['bell\u0007 null\u0000 c1\u009B31m', 'bell null c1'],
  ['left\u202Eright\uFEFF', 'leftright'],
  ['✓ ümlaut', '✓ ümlaut'],
] as const)('%j is printed as %j', ([text, expected]) => {
  expect(printable(text)).toBe(expected);
});

test('a long line is cut', () => {
  expect(printable('x'.repeat(1000))).toHaveLength(400);
  expect(printable('abcdef', 4)).toBe('abc…');
  expect(cut('abc', 3)).toBe('abc');
});
