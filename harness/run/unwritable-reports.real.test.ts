import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {TestPlace} from '../cli/test-place.ts';

test('what came of a run is told also where its record can not be written', async () => {
  const place = await TestPlace.make();
  onTestFinished(() => place[Symbol.asyncDispose]());
  const reports = JSON.stringify(join(place.folder, 'reports'));
  const spoils = `scenario('spoils its reports', {workload: nginx, reach: {runc: usualReach.runc}, check: async () => {
    const {mkdirSync, readdirSync} = process.getBuiltinModule('node:fs');
    for (const id of readdirSync(${reports})) mkdirSync(${reports} + '/' + id + '/run.json');
  }});`;
  const {exitCode, stdout, stderr} = await place.startRun([await place.scenario('spoiling', spoils)]);
  expect(stdout).toContain('1 passed, 0 failed');
  expect(stderr).toMatch(/^Cannot write reports to ".*": E[A-Z]+: .*\n$/v);
  expect(exitCode).toBe(2);
  expect(await place.leftovers()).toEqual([]);
});
