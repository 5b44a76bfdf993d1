import {expect, test} from 'vitest';
import {anchorOf} from './anchor.ts';

test('names that differ in anything have ids of their own, without spaces', () => {
  const names = [
    'serves a page',
    'Serves a page',
    'serves, a page',
    'serves-a page',
    'serves_2c_ a page',
    'служит',
    '提供',
  ];
  const ids = names.map((name) => anchorOf({name}));
  expect(new Set(ids).size).toBe(names.length);
  expect(ids[0]).toBe('cell-serves-a-page');
  expect(ids.every((id) => /^[\w-]+$/.test(id))).toBe(true);
});
