import {mkdtemp, readdir, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {UsageError} from '../../vms/errors.ts';
import {exampleFailedRun, exampleRun} from './example-run.ts';
import {readRun, writeRun} from './run-file.ts';

const temporaryFolder = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'plumbline-run-file-'));
  onTestFinished(() => rm(folder, {recursive: true}));
  return folder;
};

test('a run is read as it was written, by its folder and by its file', async () => {
  const folder = join(await temporaryFolder(), 'reports', 'a');
  const file = await writeRun(folder, exampleRun());
  await writeRun(folder, exampleFailedRun());
  expect(await readRun(folder)).toEqual(exampleFailedRun());
  expect(await readRun(file)).toEqual(exampleFailedRun());
  expect(await readdir(folder)).toEqual(['run.json']);
});

test('a run that is not there is a wrong usage', async () => {
  const folder = await temporaryFolder();
  await expect(readRun(folder)).rejects.toThrow(
    new UsageError(`Cannot read run "${folder}": the folder has no run.json`),
  );
  await expect(readRun(`${folder}/no`)).rejects.toThrow(
    new UsageError(`Cannot read run "${folder}/no": there is no such file or folder`),
  );
});

test.for([
  ['truncated JSON', '{"schemaVersion": 1, "id": "a', 'it is not whole JSON, as after an interrupted copy'],
  ['another version', '{"schemaVersion": 2}', 'its schemaVersion is 2, this plumbline reads 1'],
  ['no version', '[]', 'its schemaVersion is missing, this plumbline reads 1'],
  ['a missing key', '{"schemaVersion": 1}', 'key "id" is wrong, Invalid input: expected string, received undefined'],
  [
    'a wrong key deep inside',
    JSON.stringify({...exampleRun(), cells: [{...exampleRun().cells[0], level: 'podman'}]}),
    'key "cells.0.level" is wrong, Invalid option: expected one of "docker"|"ctr"|"runc"',
  ],
] as const)('%s is a wrong usage', async ([, content, state]) => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'run.json'), content);
  await expect(readRun(folder)).rejects.toThrow(new UsageError(`Cannot read run "${folder}/run.json": ${state}`));
});
