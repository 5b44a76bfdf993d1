import {expect, test} from 'vitest';
import {gatherEvidence, type FailedCell} from './evidence.ts';

test('a failure that nobody can look into is kept as it was', async () => {
  // What a scenario throws may be anything, such as what has no text.
  const error: unknown = Object.create(null);
  expect(await gatherEvidence({error, watch: {}} as FailedCell)).toEqual({error, files: []});
});
