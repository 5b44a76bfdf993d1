import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {TestPlace} from '../cli/test-place.ts';

/** Ends a run whose record can not be written, since its only scenario puts a folder in its place. */
const runSpoilt = async (argv: readonly string[]) => {
  const place = await TestPlace.make();
  onTestFinished(() => place[Symbol.asyncDispose]());
  const reports = JSON.stringify(join(place.folder, 'reports'));
  const spoils = `scenario('spoils its reports', {workload: nginx, reach: {runc: usualReach.runc}, check: async () => {
    const {mkdirSync, readdirSync} = process.getBuiltinModule('node:fs');
    for (const id of readdirSync(${reports})) mkdirSync(${reports} + '/' + id + '/run.json');
  }});`;
  const {exitCode, stdout, stderr} = await place.startRun([...argv, await place.scenario('spoiling', spoils)]);
  return {exitCode, stdout, stderr, leftovers: await place.leftovers()};
};

test('what came of a run is told also where its record can not be written', async () => {
  const {exitCode, stdout, stderr, leftovers} = await runSpoilt([]);
  expect(stdout).toContain('1 passed, 0 failed');
  expect(stderr).toMatch(/^Cannot write reports to ".*": E[A-Z]+: .*\n$/v);
  expect(exitCode).toBe(2);
  expect(leftovers).toEqual([]);
});

test('a record that was asked for is printed also where it can not be written', async () => {
  const {exitCode, stdout, stderr} = await runSpoilt(['--json']);
  expect(JSON.parse(stdout)).toMatchObject({cells: [{scenario: 'spoils its reports', status: 'passed'}]});
  expect(stderr).toMatch(/\nCannot write reports to ".*": E[A-Z]+: .*\n$/v);
  expect(exitCode).toBe(2);
});

test('how a cell ended is told also where what was seen of it can not be written', async () => {
  const place = await TestPlace.make();
  onTestFinished(() => place[Symbol.asyncDispose]());
  const reports = JSON.stringify(join(place.folder, 'reports'));
  const spoils = `scenario('spoils its observations', {workload: nginx, reach: {runc: usualReach.runc}, check: async () => {
    const {readdirSync, writeFileSync} = process.getBuiltinModule('node:fs');
    for (const id of readdirSync(${reports})) writeFileSync(${reports} + '/' + id + '/observations', '');
    throw new Error('what really failed');
  }});`;
  await place.startRun([await place.scenario('spoiling', spoils)]);
  const [record] = await place.records();
  expect(record?.cells).toMatchObject([
    {
      status: 'failed',
      failures: [
        {sentence: 'what really failed', evidence: expect.arrayContaining([expect.stringContaining('timeline')])},
        {class: 'harness', sentence: expect.stringContaining('/observations')},
      ],
    },
  ]);
});
