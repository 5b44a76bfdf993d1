import {execFile} from 'node:child_process';
import {mkdir, mkdtemp, readFile, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {promisify} from 'node:util';
import {expect, onTestFinished, test} from 'vitest';
import {exportArgv} from './runc.ts';

/** Unpacks what a docker that does this writes; returns the folder. */
const unpacked = async (docker: string): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'plumbline-export-'));
  onTestFinished(() => rm(folder, {recursive: true, force: true}));
  await mkdir(join(folder, 'rootfs'));
  await writeFile(join(folder, 'one'), 'text');
  await writeFile(join(folder, 'docker'), `#!/bin/sh\ncd ${folder}\n${docker}\n`, {mode: 0o755});
  const [file = '', ...argv] = exportArgv('id', join(folder, 'rootfs'));
  await promisify(execFile)(file, argv, {env: {PATH: `${folder}:${process.env['PATH']}`}});
  return join(folder, 'rootfs');
};

test('what docker exports is unpacked', async () => {
  expect(await readFile(join(await unpacked('tar -cf - one'), 'one'), 'utf8')).toBe('text');
});

test.each([
  ['a docker that fails between two files', 'tar -cf - one | head -c 1024; exit 1'],
  ['one that fails once it has written everything', 'tar -cf - one; exit 1'],
  ['an archive that ends within a file', 'tar -cf - one | head -c 700'],
])('%s fails the export', async (_, docker) => {
  await expect(unpacked(docker)).rejects.toThrow('Command failed');
});
