import {spawn} from 'node:child_process';
import {existsSync} from 'node:fs';
import {readFile} from 'node:fs/promises';
import {afterAll, beforeAll, expect, onTestFinished, test, vi} from 'vitest';
import {removeCgroup} from '../../cgroup-removal.ts';
import {realMachines, type RealMachines} from '../../contract/real-machines.ts';
import {isAlive, type ProcessIdentity} from '../../processes.ts';
import {sandbox} from './provider.ts';

let machines: RealMachines;

beforeAll(async () => {
  machines = await realMachines(sandbox, 'bookworm', new AbortController().signal);
});
afterAll(async () => machines?.[Symbol.asyncDispose]());

test('a machine with a frozen process in it goes as soon as any other', {timeout: 60_000}, async ({skip}) => {
  await using machine = await machines.start();
  skip(machine.traits.cgroupVersion !== 1, 'version 2 of the hierarchy lets what is frozen be killed');
  const script = `mkdir -p /sys/fs/cgroup/freezer/a/b
    cd /sys/fs/cgroup/freezer/a
    sleep 984 >/dev/null 2>&1 &
    until grep -q sleep /proc/$!/comm; do :; done
    echo $! >b/cgroup.procs
    echo FROZEN >freezer.state
    until grep -q FROZEN b/freezer.state; do :; done`;
  await machine.succeed(['sh', '-c', script]);
  const {init} = machine.reference.details as {init: ProcessIdentity};
  const begin = performance.now();
  await machine[Symbol.asyncDispose]();
  expect(performance.now() - begin).toBeLessThan(9000);
  expect(isAlive(init)).toBe(false);
});

test('the cgroups of a machine have not gone before its first process has', async () => {
  await using machine = await machines.start();
  const {init, cgroups} = machine.reference.details as {init: ProcessIdentity; cgroups: [string]};
  // The first process of a pid namespace waits for all others of it, and this one for its parent, which is in no cgroup of the machine.
  const parent = spawn('nsenter', [`--pid=/proc/${init.pid}/ns/pid`, 'sleep', '984'], {stdio: 'ignore'});
  onTestFinished(() => void parent.kill('SIGKILL'));
  const children = `/proc/${parent.pid}/task/${parent.pid}/children`;
  await vi.waitUntil(async () => (await readFile(children, 'utf8')) !== '', {timeout: 20_000});
  parent.kill('SIGSTOP');
  let isOver = false;
  const removal = removeCgroup(cgroups[0]).then(() => (isOver = true));
  try {
    await vi.waitUntil(() => !existsSync(cgroups[0]), {timeout: 20_000});
    expect([isOver, isAlive(init)]).toEqual([false, true]);
  } finally {
    parent.kill('SIGCONT');
  }
  await removal;
  expect(isAlive(init)).toBe(false);
});
