import {afterAll, beforeAll, expect, test} from 'vitest';
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
