import {existsSync, readdirSync} from 'node:fs';
import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {readHostSockets} from '../teardown/host/sockets.ts';
import type {ProcessRecord} from '../teardown/parse/processes.ts';
import {untilSo} from './plumbline-process.ts';
import {TestPlace} from './test-place.ts';

/** Every socket of this host that waits for somebody, with its address. */
const listening = (): ReadonlySet<string> => {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const nameless = new Map(pids.map((pid) => [pid, {name: pid} as ProcessRecord]));
  return new Set(readHostSockets(nameless).map(({identity}) => identity));
};

test('while a workload is published, nothing of the run listens on an address that others reach', async () => {
  const place = await TestPlace.make();
  onTestFinished(() => place[Symbol.asyncDispose]());
  const mark = join(place.folder, 'mark');
  const before = listening();
  const tool = place.startRun([
    await place.scenario(
      'waiting',
      `import {writeFileSync} from 'node:fs';
const check = () => { writeFileSync('${mark}', ''); return new Promise(() => {}); };
scenario('waits', {workload: nginx, reach: {docker: usualReach.docker}, check});`,
    ),
  ]);
  await untilSo(() => existsSync(mark), tool);
  const added = [...listening()].filter((socket) => !before.has(socket));
  tool.kill('SIGTERM');
  expect((await tool).exitCode).toBe(143);
  expect(added.filter((socket) => !/ (?:127\.\d+\.\d+\.\d+|\[::1\]):\d+ of /.test(socket))).toEqual([]);
});
