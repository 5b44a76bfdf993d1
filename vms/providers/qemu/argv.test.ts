import {expect, test} from 'vitest';
import {emulatedKernel, qemuArgv, type QemuSpec} from './argv.ts';
import {trialArgv} from './trial.ts';
import {loadingArgv} from './wake.ts';

const spec: QemuSpec = {
  name: 'plumbline m1',
  acceleration: 'tcg',
  cpus: 2,
  memoryMiB: 2048,
  kernel: '/c/vmlinuz',
  initrd: '/c/initrd',
  disk: '/m/disk.qcow2',
  memory: '/c/memory',
  isMemoryShared: false,
  console: '/m/console.log',
  door: '/m/door',
  control: '/m/qmp',
  isIncoming: false,
};

const valueOf = (argv: readonly string[], flag: string): string | undefined => argv[argv.indexOf(flag) + 1];

test.for([
  [
    'an emulated machine',
    {},
    'x64',
    {
      '-accel': 'tcg,thread=multi,tb-size=512',
      '-cpu': 'max,-erms,-fsrm,-smap,-smep,-umip,-pku,-la57',
      '-machine': 'pc,memory-backend=memory',
      '-smp': '2',
      '-m': '2048',
    },
  ],
  ['one with kvm', {acceleration: 'kvm'}, 'x64', {'-accel': 'kvm', '-cpu': 'host'}],
  ['one with hvf on ARM', {acceleration: 'hvf'}, 'arm64', {'-accel': 'hvf', '-machine': 'virt,memory-backend=memory'}],
  [
    'one that keeps its memory',
    {isMemoryShared: true},
    'x64',
    {'-object': 'memory-backend-file,id=memory,size=2048M,mem-path=/c/memory,share=on'},
  ],
  ['one that waits for its state', {isIncoming: true}, 'x64', {'-incoming': 'defer'}],
  [
    'a path with a comma',
    {disk: '/m,1/disk'},
    'x64',
    {'-drive': 'file=/m,,1/disk,if=none,id=disk,format=qcow2,cache=unsafe'},
  ],
] as const)('the command line of %s', ([, change, architecture, expected]) => {
  const argv = qemuArgv({...spec, ...change}, architecture);
  for (const [flag, value] of Object.entries(expected)) expect(valueOf(argv, flag), flag).toBe(value);
});

test('an emulated processor is told how fast its counter is, where that is known', () => {
  expect(valueOf(qemuArgv({...spec, counterMhz: 2596}), '-append')).toMatch(/ tsc=reliable tsc_early_khz=2596000$/);
  expect(valueOf(qemuArgv(spec), '-append')).not.toContain('tsc');
});

test('the network of a machine ends at QEMU, apart from the port of its sshd on the loopback', () => {
  expect(valueOf(qemuArgv(spec), '-netdev')).toBe(
    'user,id=net,restrict=on,ipv6=off,hostfwd=tcp:127.0.0.1:0-10.0.2.15:22',
  );
});

test('nothing of the user of QEMU is read, and no window is opened', () => {
  const argv = qemuArgv(spec);
  for (const flag of ['-nodefaults', '-no-user-config', '-no-reboot']) expect(argv).toContain(flag);
  expect(valueOf(argv, '-display')).toBe('none');
});

test.each(emulatedKernel)('only an emulated kernel is told "%s"', (parameter) => {
  expect(valueOf(qemuArgv(spec), '-append')).toContain(` ${parameter}`);
  expect(valueOf(qemuArgv({...spec, acceleration: 'kvm'}), '-append')).not.toContain(parameter);
});

test('a machine that begins with a named snapshot waits for no other state', () => {
  const argv = loadingArgv(qemuArgv({...spec, isIncoming: true}), 'before');
  expect(argv).toEqual([...qemuArgv(spec), '-loadvm', 'before']);
});

test('a trial has the processor that a machine would have', () => {
  const argv = trialArgv('kvm', '/c/vmlinuz', '/c/initrd');
  expect([valueOf(argv, '-accel'), valueOf(argv, '-cpu')]).toEqual(['kvm', 'host']);
});
