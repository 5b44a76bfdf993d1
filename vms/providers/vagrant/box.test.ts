import {expect, test} from 'vitest';
import {boxKey} from './box.ts';

test('runtime sets that differ only in their names have a box each', () => {
  const disk = {seal: 'a'.repeat(64)};
  expect(boxKey('mine', disk)).not.toBe(boxKey('bookworm', disk));
  expect(boxKey('mine', disk)).toBe(boxKey('mine', disk));
});
