import {readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {TestPlace} from '../cli/test-place.ts';

const at = `at: {runc: ['netns']}, notAt: {docker: 'x', ctr: 'x'}`;
const statements = `
scenario('soft', {workload: nginx, ${at}, check: async ({expect}) => void expect.soft(1, 'one').toBe(2)});
scenario('soft and thrown', {workload: nginx, ${at}, check: async ({expect}) => {
  expect.soft('', 'two').toBe('{}');
  JSON.parse('');
}});
scenario('soft at the end', {workload: nginx, ${at}, check: async ({expect, defer}) =>
  defer(() => void expect.soft(1, 'three').toBe(2))});
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
  expect(failures.get('soft and thrown')).toMatchObject([
    {class: 'runtime', sentence: expect.stringMatching(/^two: expected ''/v)},
    {class: 'harness', sentence: expect.stringContaining('JSON')},
  ]);
  expect(failures.get('soft at the end')).toMatchObject([
    {class: 'runtime', sentence: expect.stringMatching(/^three: expected 1/v)},
  ]);
  for (const scenario of ['soft', 'soft and thrown', 'soft at the end']) {
    const first = failures.get(scenario)?.[0];
    const file = first?.evidence.find((one) => one.endsWith('/failure.json')) ?? '';
    const {failure} = JSON.parse(await readFile(join(place.folder, 'reports', record?.id ?? '', file), 'utf8')) as {
      readonly failure: unknown;
    };
    expect(failure).toMatchObject({class: 'runtime', sentence: first?.sentence});
  }
  expect(failures.get('forgotten')).toMatchObject([
    {class: 'usage', sentence: expect.stringMatching(/^Cannot take the check of "forgotten" as it is: .*await/)},
  ]);
  expect(failures.get('of nothing')).toMatchObject([{sentence: 'All promises were rejected'}]);
  expect(failures.get('counted')).toMatchObject([{class: 'usage', sentence: expect.stringContaining('assertions')}]);
  expect(record?.cells.map(({status}) => status)).toEqual(Array.from({length: 6}, () => 'failed'));
  expect(exitCode).toBe(2);
  expect(stdout).toContain('0 passed, 6 failed');
});
