import {
  array,
  assert,
  asyncProperty,
  constantFrom,
  double,
  nat,
  oneof,
  record,
  string,
  type Arbitrary,
} from 'fast-check';
import {describe, expect, test} from 'vitest';
import {edited, HOSTILE_TEXTS, HOSTILE_VALUES, withOtherValue, type Edit} from './edit.ts';
import {fileTargets} from './file-targets.ts';
import {outputTargets} from './output-targets.ts';
import {misbehaviour} from './verdict.ts';

const edit: Arbitrary<Edit> = record({
  at: double({min: 0, max: 1, noNaN: true}),
  removed: oneof(nat(3), nat(60), nat(5000)),
  inserted: oneof(constantFrom(...HOSTILE_TEXTS), string({unit: 'binary', maxLength: 12})),
});

describe.each([...fileTargets, ...outputTargets])('$name', {timeout: 120_000}, (target) => {
  test('is read as it is meant', async () => {
    const read = await Promise.allSettled((await target.seeds()).map(async (seed) => target.read(seed)));
    expect(read.filter(({status}) => status === 'rejected')).toEqual([]);
  });

  test('may be anything', async () => {
    const seeds = await target.seeds();
    await assert(
      asyncProperty(nat(seeds.length - 1), array(edit, {minLength: 1, maxLength: 6}), async (seed, edits) => {
        expect(await misbehaviour(target, edited(seeds[seed] ?? '', edits))).toBeUndefined();
      }),
      {numRuns: 120},
    );
  });

  test('may have any value in any place', async () => {
    const seeds = await target.seeds();
    const place = double({min: 0, max: 1, noNaN: true});
    await assert(
      asyncProperty(nat(seeds.length - 1), place, constantFrom(...HOSTILE_VALUES), async (seed, at, value) => {
        expect(await misbehaviour(target, withOtherValue(seeds[seed] ?? '', at, value))).toBeUndefined();
      }),
      {numRuns: 120},
    );
  });
});
