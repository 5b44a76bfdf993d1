import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {beforeEach, expect, onTestFinished, test} from 'vitest';
import {ProvisionError} from '../../errors.ts';
import {untilReady} from './start.ts';

const {signal: never} = new AbortController();
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'start-test-'));
  onTestFinished(async () => rm(folder, {recursive: true}));
  await writeFile(join(folder, 'console.log'), 'one\ntwo\n');
});

test('a machine that ends before it is ready says with what', async () => {
  const ending = untilReady({folder}, Promise.resolve('exit code 32'), never);
  await expect(ending).rejects.toThrow(
    'Cannot start a sandbox machine: its init has ended with exit code 32, one | two',
  );
  await expect(ending).rejects.toBeInstanceOf(ProvisionError);
});

test('a machine that could not be started says why', async () => {
  const ending = untilReady({folder}, Promise.reject(new Error('spawn boot.sh EACCES')), never);
  await expect(ending).rejects.toThrow('Cannot start a sandbox machine: spawn boot.sh EACCES, one | two');
});

test('a wish of the caller is no failure of the machine', async () => {
  const interrupted = new Error('interrupted');
  const waiting = untilReady({folder}, new Promise(() => {}), AbortSignal.abort(interrupted));
  await expect(waiting).rejects.toBe(interrupted);
});
