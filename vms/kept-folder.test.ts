import {mkdtemp, rm, symlink, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {keptNames, keptText, makeKeptFolder} from './kept-folder.ts';

test('a folder that can not be made is said with what moves it', async () => {
  const sentence = `Cannot make the folder "/proc/none": ENOENT: no such file or directory, mkdir '/proc/none'`;
  await expect(makeKeptFolder('/proc/none', 'XDG_STATE_HOME')).rejects.toMatchObject({
    message: sentence,
    failureClass: 'host',
    requirements: [{sentence, remedy: 'export XDG_STATE_HOME=/a/folder/of/yours'}],
  });
});

test('what is not there is empty, and what can not be read is not', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'kept-'));
  onTestFinished(async () => rm(folder, {recursive: true}));
  const file = join(folder, 'file');
  await writeFile(file, 'text');
  expect(await keptNames(folder)).toEqual(['file']);
  expect(await keptText(file)).toBe('text');
  for (const path of [join(folder, 'none'), join(file, 'none')]) {
    expect(await keptNames(path)).toEqual([]);
    expect(await keptText(path)).toBeUndefined();
  }
  // Root may read everything, but this not.
  const loop = join(folder, 'loop');
  await symlink(loop, loop);
  for (const reading of [keptNames(loop), keptText(loop)]) {
    await expect(reading).rejects.toMatchObject({
      failureClass: 'host',
      message: expect.stringContaining(`Cannot read "${loop}": ELOOP`),
    });
  }
});
