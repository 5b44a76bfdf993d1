import {readFile} from 'node:fs/promises';
import {execa} from 'execa';
import {expect, onTestFinished, test, vi} from 'vitest';
import type {Machine} from '../../vms/machine.ts';
import {refuseDead, unlessDead, type DeathWatch} from './dead-workload.ts';

/** A process of this host as the init of a workload. */
const watchOf = (pid: number): DeathWatch => ({
  machine: {
    exec: async ([file = '', ...argv]: readonly string[]) => execa(file, argv, {reject: false}),
  } as unknown as Machine,
  running: {pid, logs: async () => 'last words\n'},
  signal: new AbortController().signal,
});

const lookAt = (pid: number): Promise<void> => refuseDead(watchOf(pid), 'go on', 'it was looked at');

/** A process whose child has ended, and will never be asked for. */
const withZombie = async () => {
  const parent = execa('sh', ['-c', 'true & exec sleep 60'], {reject: false});
  onTestFinished(() => void parent.kill('SIGKILL'));
  const zombie = await vi.waitUntil(
    async () => {
      const {stdout} = await execa('ps', ['-o', 'stat=,pid=', '--ppid', String(parent.pid)], {reject: false});
      return /^Z\S* +(\d+)$/.exec(stdout)?.[1];
    },
    {timeout: 4000},
  );
  return {parent, zombie: Number(zombie)};
};

test('an init is gone as soon as it has ended, whether its parent knows or not', async () => {
  const {parent, zombie} = await withZombie();
  await expect(lookAt(parent.pid ?? 0)).resolves.toBeUndefined();
  const failure = {
    failureClass: 'workload',
    message: 'Cannot go on: the workload has ended, having said: last words',
    seen: "it was looked at, and the workload's init is gone",
  };
  await expect(lookAt(zombie)).rejects.toMatchObject(failure);
  parent.kill('SIGKILL');
  await parent;
  await expect(lookAt(parent.pid ?? 0)).rejects.toMatchObject(failure);
});

test('an init whose first thread has ended goes on with the others', async () => {
  // exit(2), which ends the calling thread alone.
  const number = {x64: 60, arm64: 93}[process.arch as string] ?? 0;
  const program = `threads->create(sub { sleep 60 }); syscall(${number}, 0)`;
  const init = execa('perl', ['-Mthreads', '-e', program], {reject: false});
  onTestFinished(() => void init.kill('SIGKILL'));
  await vi.waitUntil(async () => (await readFile(`/proc/${init.pid}/status`, 'utf8')).includes('\nState:\tZ'), {
    timeout: 4000,
  });
  await expect(lookAt(init.pid ?? 0)).resolves.toBeUndefined();
});

test('what fails is the fault of a workload that has died, and of no other', async () => {
  const error = new Error('Container is not running');
  const refused = () => Promise.reject(error);
  await expect(unlessDead(watchOf(process.pid), 'go on', refused)).rejects.toBe(error);
  const nobody = 2 ** 22;
  await expect(unlessDead(watchOf(nobody), 'go on', refused)).rejects.toMatchObject({
    failureClass: 'workload',
    seen: "Container is not running, and the workload's init is gone",
  });
  expect(await unlessDead(watchOf(nobody), 'go on', async () => 'done')).toBe('done');
});
