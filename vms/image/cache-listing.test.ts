import {chmod, mkdir, mkdtemp, rm, symlink, truncate, utimes, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, expect, test} from 'vitest';
import {$} from 'zx';
import {firstDifference, listFolder} from './cache-listing.ts';

const {signal} = new AbortController();
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cache-listing-'));
  await writeFile(join(folder, 'file'), 'abc');
  await symlink('file', join(folder, 'link'));
});
afterEach(async () => rm(folder, {recursive: true}));

test('counts what is on the disk, not what a file with holes seems to have', async () => {
  await truncate(join(folder, 'file'), 8_000_000_000);
  const {bytes, text} = await listFolder(folder, signal);
  expect(bytes).toBeLessThan(100_000);
  expect(text).toContain('8000000000');
});

test('is the same after packing and unpacking, also of a folder that had many files once', async () => {
  const [source, copy] = [join(folder, 'source'), join(folder, 'copy')];
  for (const path of [join(source, 'grown'), copy]) await mkdir(path, {recursive: true});
  const names = Array.from(
    {length: 300},
    (_, index) => `a-file-with-quite-a-long-name-so-that-the-folder-grows-${index}`,
  );
  for (const name of names) await writeFile(join(source, 'grown', name), '');
  for (const name of names.slice(1)) await rm(join(source, 'grown', name));
  // As the recipes for CI do it, see .github/workflows/scenarios.yml.
  await $({
    quiet: true,
  })`tar -C ${source} --numeric-owner --xattrs -cpf - . | tar -C ${copy} --numeric-owner --xattrs -xpf -`;
  expect(await listFolder(copy, signal)).toMatchObject({digest: (await listFolder(source, signal)).digest});
});

test('is the same while nothing changes', async () => {
  expect(await listFolder(folder, signal)).toEqual(await listFolder(folder, signal));
});

test.for([
  ['content', async () => writeFile(join(folder, 'file'), 'abd'), 'file'],
  ['mode', async () => chmod(join(folder, 'file'), 0o600), 'file'],
  ['time', async () => utimes(join(folder, 'file'), 1, 1), 'file'],
  ['absence', async () => rm(join(folder, 'link')), 'link'],
  ['presence', async () => writeFile(join(folder, 'new'), ''), 'new'],
] as const)('shows a change of %s', async ([, change, path]) => {
  const before = await listFolder(folder, signal);
  await change();
  const after = await listFolder(folder, signal);
  expect(after.digest).not.toBe(before.digest);
  expect(firstDifference(before.text, after.text)).toBe(path);
});
