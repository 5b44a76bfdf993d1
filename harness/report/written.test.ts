import {mkdtempDisposable, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {UsageError} from '../../vms/errors.ts';
import {makeFolder} from '../../vms/make-folder.ts';
import {written} from './written.ts';

test('a full disk is said, where the error names no file', async () => {
  const failed = written('the page', '/dev/full', async () => writeFile('/dev/full', 'page'));
  await expect(failed).rejects.toThrow('Cannot write the page to "/dev/full": ENOSPC: no space left on device, write');
  await expect(failed).rejects.toBeInstanceOf(UsageError);
});

test('what no file system threw is left as it is', async () => {
  const defect = new TypeError('no such method');
  await expect(written('the page', '/tmp/page', async () => Promise.reject(defect))).rejects.toBe(defect);
});

test('a folder that takes none, and a file in its place, are said', async () => {
  await using place = await mkdtempDisposable(join(tmpdir(), 'pl-written-'));
  const file = join(place.path, 'file');
  await writeFile(file, '');
  for (const folder of ['/proc/none/at/all', file, join(file, 'below')]) {
    const failed = written('reports', folder, async () => makeFolder(folder));
    await expect(failed).rejects.toThrow(`Cannot write reports to "${folder}": `);
    await expect(failed).rejects.toBeInstanceOf(UsageError);
  }
});
