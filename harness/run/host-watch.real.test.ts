import {readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {TestPlace} from '../cli/test-place.ts';

test('what a run leaves on this host fails it, and no cell', async () => {
  const place = await TestPlace.make();
  onTestFinished(() => place[Symbol.asyncDispose]());
  const [reports, pidFile] = [join(place.folder, 'reports'), join(place.folder, 'pid')];
  const pid = async (): Promise<number> => Number.parseInt(await readFile(pidFile, 'utf8'), 10);
  onTestFinished(async () => void process.kill(await pid(), 'SIGKILL'));
  const leaves = `scenario('leaves a process', {workload: nginx, reach: {runc: usualReach.runc}, check: async () => {
    const {readdirSync, writeFileSync} = process.getBuiltinModule('node:fs');
    const [runId] = readdirSync('${reports}');
    const env = {...process.env, PLUMBLINE_RUN: runId};
    const child = process.getBuiltinModule('node:child_process').spawn('sleep', ['3218'], {detached: true, stdio: 'ignore', env});
    child.unref();
    writeFileSync('${pidFile}', String(child.pid));
  }});`;
  const {exitCode} = await place.startRun([await place.scenario('leaving', leaves)]);
  const [record] = await place.records();
  expect(record?.cells.map(({status}) => status)).toEqual(['passed']);
  expect(record?.failures).toMatchObject([
    {class: 'residue', seen: expect.stringContaining(`process ${await pid()} "sleep 3218"`)},
  ]);
  expect(exitCode).toBe(5);
});
