import {mkdtempDisposable, readdir, stat} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {makeFolder} from './make-folder.ts';

test('a folder is made with those above it, also by several at once', async () => {
  await using place = await mkdtempDisposable(join(tmpdir(), 'pl-folder-'));
  const folder = join(place.path, 'a', 'b');
  await Promise.all([makeFolder(folder, 0o700), makeFolder(folder, 0o700)]);
  expect(await readdir(join(place.path, 'a'))).toEqual(['b']);
  for (const made of [folder, join(place.path, 'a')]) expect((await stat(made)).mode & 0o777).toBe(0o700);
});

test('a folder in one that takes none is refused at once', async () => {
  await expect(makeFolder('/proc/none/at/all', 0o700)).rejects.toThrow(
    "ENOENT: no such file or directory, mkdir '/proc/none'",
  );
});
