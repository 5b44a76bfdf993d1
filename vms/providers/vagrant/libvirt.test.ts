import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {beforeEach, expect, onTestFinished, test} from 'vitest';
import {ProvisionError} from '../../errors.ts';
import {firstProcess, libvirtLog} from './libvirt.ts';

const {signal: never} = new AbortController();
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'libvirt-test-'));
  onTestFinished(async () => rm(folder, {recursive: true}));
  await writeFile(join(folder, libvirtLog), 'one\ntwo\n');
});

test('a libvirtd that hangs, and one that ends, are failures to provision, with its last words', async () => {
  const hanging = firstProcess(folder, never, AbortSignal.timeout(10));
  await expect(hanging).rejects.toThrow('Cannot start libvirtd for a machine: no answer in time, one | two');
  await expect(hanging).rejects.toBeInstanceOf(ProvisionError);
  const ending = firstProcess(folder, AbortSignal.abort('exit code 1'), never);
  await expect(ending).rejects.toThrow('Cannot start libvirtd for a machine: it has ended with exit code 1, one | two');
});

test('a wish of the caller is no failure of libvirtd', async () => {
  const interrupted = new Error('interrupted');
  await expect(firstProcess(folder, never, AbortSignal.abort(interrupted))).rejects.toBe(interrupted);
});
