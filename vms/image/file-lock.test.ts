import {chmod, mkdtemp, rm, symlink, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, expect, test, vi} from 'vitest';
import {findProgram} from '../host/search-path.ts';
import {acquireLock, tryLock} from './file-lock.ts';

const {signal} = new AbortController();
let folder: string;
let file: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'file-lock-'));
  file = join(folder, 'file.lock');
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, {recursive: true});
});

/** Leaves a host with setpriv(1), and with no flock(1) but this one. */
const useFlock = async (script?: string): Promise<void> => {
  await symlink((await findProgram('setpriv')) ?? '', join(folder, 'setpriv'));
  if (script !== undefined) {
    await writeFile(join(folder, 'flock'), `#!/bin/sh\n${script}\n`);
    await chmod(join(folder, 'flock'), 0o755);
  }
  vi.stubEnv('PATH', folder);
};

test('a lock that another holds is not free', async () => {
  await using held = await tryLock(file, 'exclusive', signal);
  expect(held).toBeDefined();
  expect(await tryLock(file, 'shared', signal)).toBeUndefined();
});

test('a lock that can not be had at all is not one that another holds', async () => {
  await useFlock(`echo "flock: $4: No locks available" >&2; exit 71`);
  const onWait = vi.fn<() => void>();
  await expect(acquireLock(file, 'exclusive', {signal, onWait})).rejects.toMatchObject({
    failureClass: 'host',
    message: `Cannot lock "${file}": flock ended with exit code 71, flock: ${file}: No locks available`,
  });
  expect(onWait).not.toHaveBeenCalled();
});

test('a host without flock is told what it lacks', async () => {
  await useFlock();
  await expect(tryLock(file, 'exclusive', signal)).rejects.toMatchObject({
    message: `Cannot lock "${file}": setpriv and flock are not installed`,
    requirements: [{remedy: 'npm run setup'}],
  });
});
