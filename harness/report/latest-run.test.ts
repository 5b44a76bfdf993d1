import {mkdir, mkdtemp, readdir, readlink, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {pointLatestAt} from './latest-run.ts';

const temporaryFolder = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'plumbline-latest-'));
  onTestFinished(() => rm(folder, {recursive: true}));
  return folder;
};

test('the link follows the last run', async () => {
  const reports = await temporaryFolder();
  await pointLatestAt(reports, 'first');
  await pointLatestAt(reports, 'second');
  expect(await readlink(join(reports, 'latest'))).toBe('second');
  expect(await readdir(reports)).toEqual(['latest']);
});

test('a folder in its place is left alone', async () => {
  const reports = await temporaryFolder();
  await mkdir(join(reports, 'latest'));
  expect(await pointLatestAt(reports, 'first')).toContain('it is a folder, not a link to a run');
  expect(await readdir(reports)).toEqual(['latest']);
});
