import {expect, test} from 'vitest';
import {TestPlace} from '../cli/test-place.ts';

const at = `at: {runc: ['netns']}, notAt: {docker: 'x', ctr: 'x'}`;
const statements = `
scenario('soft', {workload: nginx, ${at}, check: async ({expect}) => void expect.soft(1, 'one').toBe(2)});
scenario('forgotten', {workload: nginx, ${at}, check: async ({running, eventually}) => {
  eventually(() => running.logs()).toContain('never');
}});
scenario('of nothing', {workload: nginx, ${at}, check: async () => void (await Promise.any([]))});
scenario('counted', {workload: nginx, ${at}, check: async ({expect}) => expect.assertions(3)});`;

// Vitest keeps these beside the test, or finds them when the cell has told how it ended.
test('a check that fails without throwing, or throws an error of nothing, is red', async () => {
  await using place = await TestPlace.make();
  const {exitCode, stdout} = await place.startRun([await place.scenario('unthrown', statements)]);
  const [record] = await place.records();
  const failures = new Map(record?.cells.map((cell) => [cell.scenario, cell.failures]));
  expect(failures.get('soft')).toMatchObject([{class: 'runtime', sentence: expect.stringMatching(/^one: expected 1/)}]);
  expect(failures.get('forgotten')).toMatchObject([
    {class: 'usage', sentence: expect.stringMatching(/^Cannot take the check of "forgotten" as it is: .*await/)},
  ]);
  expect(failures.get('of nothing')).toMatchObject([{sentence: 'All promises were rejected'}]);
  expect(failures.get('counted')).toMatchObject([{class: 'usage', sentence: expect.stringContaining('assertions')}]);
  expect(record?.cells.map(({status}) => status)).toEqual(['failed', 'failed', 'failed', 'failed']);
  expect(exitCode).toBe(2);
  expect(stdout).toContain('0 passed, 4 failed');
});
