import {mkdtemp, readdir, readFile, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {beforeEach, expect, onTestFinished, test} from 'vitest';
import {machineFiles} from './launch.ts';
import {forgetParked, parkDisk, unparkDisk} from './parked-disks.ts';

let folder: string;
let disk: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parked-disks-'));
  onTestFinished(async () => rm(folder, {recursive: true}));
  disk = join(folder, machineFiles.disk);
  await writeFile(disk, 'first');
});

/** As for a machine that is restored to what it was started from. */
const freshDisk = async (content: string, kept: readonly string[]): Promise<void> => {
  await parkDisk(folder, kept);
  await writeFile(disk, content);
};

const restored = async (name: string, kept: readonly string[]): Promise<string> => {
  await parkDisk(folder, kept);
  await unparkDisk(folder, name);
  return readFile(disk, 'utf8');
};

const images = async () => (await readdir(folder)).filter((name) => name.endsWith('.qcow2'));

test('a snapshot that is made again is in the disk of the second time, and the first is gone', async () => {
  await freshDisk('second', ['a']);
  await forgetParked(folder, 'a');
  expect(await images()).toEqual([machineFiles.disk]);
  expect(await restored('a', ['a'])).toBe('second');
});

test('a parked disk stays for another snapshot that is in it', async () => {
  await freshDisk('second', ['a', 'b']);
  await forgetParked(folder, 'a');
  expect(await restored('b', ['a', 'b'])).toBe('first');
  expect(await restored('a', ['a', 'b'])).toBe('second');
});

test('a snapshot that is not parked is nothing to forget', async () => {
  await freshDisk('second', ['a']);
  await forgetParked(folder, 'c');
  expect(await restored('a', ['a'])).toBe('first');
});
