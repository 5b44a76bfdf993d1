import {execa} from 'execa';
import {expect, onTestFinished, test, vi} from 'vitest';
import type {Machine} from '../../vms/machine.ts';
import {refuseDead} from './dead-workload.ts';

/** Looks at a process of this host as at the init of a workload. */
const lookAt = (pid: number): Promise<void> => {
  const exec = async ([file = '', ...argv]: readonly string[]) => execa(file, argv, {reject: false});
  const running = {pid, logs: () => Promise.resolve('last words\n')};
  const machine = {exec} as unknown as Machine;
  return refuseDead({machine, running, signal: new AbortController().signal}, 'go on', 'it was looked at');
};

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
