import {expect, test, vi} from 'vitest';
import type {ScenarioContext} from '../harness/scenario/definition.ts';
import {oneShot} from './one-shot.ts';
import {nginx} from './workloads/nginx.ts';

test.each([
  ['runc', ['ctr', 'run', '--rm', '--mount']],
  ['/opt/crun', ['ctr', 'run', '--rm', '--runc-binary', '/opt/crun', '--mount']],
])('one-shots of ctr with the OCI runtime %s', async (runc, begin) => {
  const exec = vi.fn<(argv: readonly string[]) => Promise<void>>();
  const machine = {exec, succeed: () => Promise.resolve('')};
  const context = {level: 'ctr', workload: nginx, runc, machine, defer: () => undefined};
  const containers = await oneShot(context as unknown as ScenarioContext);
  await containers.run('once', ['true']);
  expect(exec.mock.lastCall?.[0].slice(0, begin.length)).toEqual(begin);
});
