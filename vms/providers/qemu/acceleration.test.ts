import {chmod, mkdtemp, readFile, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, beforeEach, expect, test, vi} from 'vitest';
import {trialMarker} from '../../image/initrd.ts';
import {qemuProgram} from './argv.ts';

const folder = await mkdtemp(join(tmpdir(), 'acceleration-'));
const path = `${folder}:${process.env['PATH']}`;
vi.stubEnv('PATH', path);
vi.stubEnv('XDG_STATE_HOME', folder);
// Where the state is kept is decided when this is loaded.
const {trialFailure} = await import('./acceleration.ts');
afterAll(async () => {
  vi.unstubAllEnvs();
  await rm(folder, {recursive: true});
});

const log = join(folder, 'log');
const boots = `echo ${trialMarker}`;
const refuses = 'echo failed to initialize kvm; exit 1';
const isKilled = 'kill -KILL $$';

const useQemu = async (script: string): Promise<void> => {
  const program = join(folder, qemuProgram());
  await writeFile(program, `#!/bin/sh\necho trial >>${log}\n${script}\n`);
  await chmod(program, 0o755);
};

/** What is said of the acceleration, and how many trials were made so far. */
const ask = async (imageKey: string, isForced = false): Promise<readonly [string | undefined, number]> => {
  const question = {qemuVersion: '7.2', kernel: '/k', initrd: '/i', imageKey};
  const failure = await trialFailure(question, isForced, new AbortController().signal);
  return [failure, (await readFile(log, 'utf8')).match(/trial/gu)?.length ?? 0];
};

beforeEach(async () => writeFile(log, ''));

test('what has booted is not tried again', async () => {
  await useQemu(boots);
  expect(await ask('boots')).toEqual([undefined, 1]);
  expect(await ask('boots', true)).toEqual([undefined, 1]);
});

test('what QEMU has refused is tried again only for who insists, and then remembered as it is', async () => {
  await useQemu(refuses);
  const refused = 'QEMU has refused it (failed to initialize kvm)';
  expect(await ask('refused')).toEqual([refused, 1]);
  await useQemu(boots);
  expect(await ask('refused')).toEqual([refused, 1]);
  expect(await ask('refused', true)).toEqual([undefined, 2]);
  expect(await ask('refused')).toEqual([undefined, 2]);
});

test('a trial whose QEMU was killed is made again', async () => {
  await useQemu(isKilled);
  expect(await ask('killed')).toEqual(['QEMU has ended with SIGKILL', 1]);
  await useQemu(boots);
  expect(await ask('killed')).toEqual([undefined, 2]);
});

test('a QEMU that could not even be spawned is tried again', async () => {
  await useQemu(boots);
  vi.stubEnv('PATH', '/nonexistent');
  expect(await ask('unspawned')).toEqual(['QEMU could not be started', 0]);
  vi.stubEnv('PATH', path);
  expect(await ask('unspawned')).toEqual([undefined, 1]);
});

test('a trial that is made again is the last one that is remembered', async () => {
  await useQemu(refuses);
  await ask('first');
  await ask('second');
  await useQemu(boots);
  await ask('first', true);
  const remembered = JSON.parse(await readFile(join(folder, 'plumbline', 'acceleration.json'), 'utf8')) as object;
  expect(Object.values(remembered).at(-1)).not.toHaveProperty('failure');
});
