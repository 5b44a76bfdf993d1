import {assert, jsonValue, property} from 'fast-check';
import {describe, expect, test} from 'vitest';
import {canonicalJson, contentKey, keyOf} from './content-key.ts';

describe('keyOf', () => {
  test('does not depend on the order of keys', () => {
    expect(keyOf({a: 1, b: {c: [1, 2], d: 3}})).toBe(keyOf({b: {d: 3, c: [1, 2]}, a: 1}));
  });

  test('depends on the order of lists', () => {
    expect(keyOf([1, 2])).not.toBe(keyOf([2, 1]));
  });

  test('is the same on every host', () => {
    expect(keyOf({a: 1})).toBe('015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862');
  });

  test('keeps all there is in the data', () => {
    assert(
      property(jsonValue(), (value) => {
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });
});

describe('contentKey', () => {
  test('depends on the source files', async () => {
    const keys = await Promise.all([contentKey({}), contentKey({}, ['cache.ts']), contentKey({}, ['recipe.ts'])]);
    expect(new Set(keys).size).toBe(3);
  });

  test('fails for a source file that is not there', async () => {
    await expect(contentKey({}, ['missing.ts'])).rejects.toThrow('missing.ts');
  });
});
