import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {HostError, MachineError, ProvisionError} from '../../errors.ts';
import {startFailure} from './boot-failure.ts';

const failureOf = async (
  said: {readonly console?: string; readonly log?: string},
  error: Error = new MachineError('Cannot speak to QEMU: read ECONNRESET'),
): Promise<unknown> => {
  const folder = await mkdtemp(join(tmpdir(), 'boot-failure-'));
  onTestFinished(async () => rm(folder, {recursive: true}));
  const [console, log] = [join(folder, 'console.log'), join(folder, 'qemu.log')];
  await writeFile(console, said.console ?? '');
  await writeFile(log, said.log ?? '');
  const start = {action: 'start a qemu machine', console, log, argv: ['qemu'], waitingFor: 'sshd'};
  return startFailure(start, error);
};

test('a QEMU without a port is the fault of the host, whoever notices that it has ended', async () => {
  // As QEMU 7.2 says it.
  const log = `qemu-system-x86_64: -netdev user,id=net: Could not set up host forwarding rule 'tcp:127.0.0.1:0-10.0.2.15:22'\n`;
  const failure = await failureOf({log});
  expect(failure).toBeInstanceOf(HostError);
  expect(failure).toMatchObject({message: "Cannot start a qemu machine: no port of this host's loopback is free"});
});

test('a kernel that has complained is quoted', async () => {
  const failure = await failureOf({console: 'before\n[    1.2] Kernel panic - not syncing: no init\n'});
  expect(failure).toBeInstanceOf(ProvisionError);
  expect(failure).toMatchObject({
    message:
      'Cannot start a qemu machine: read ECONNRESET, the kernel says panic, [    1.2] Kernel panic - not syncing: no init',
    layer: 'kernel',
  });
});

test('an error that names its layer and what it has seen keeps both, where no console says more', async () => {
  const ended = {layer: 'vagrant', seen: 'exit code 1: the plugin has crashed'};
  const failure = await failureOf(
    {},
    new MachineError('Cannot start a vagrant machine: the plugin has crashed', ended),
  );
  expect(failure).toBeInstanceOf(ProvisionError);
  expect(failure).toMatchObject(ended);
});

test('a host that starts no QEMU is not the fault of the machine', async () => {
  const error = new HostError('Cannot start "qemu": spawn EAGAIN');
  expect(await failureOf({}, error)).toBe(error);
});
