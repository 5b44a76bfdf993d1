import {mkdir, mkdtempDisposable, realpath, symlink, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, onTestFinished, test, vi} from 'vitest';
import {UsageError} from '../../vms/errors.ts';
import {runFolder, runOrBaselineFolder} from './run-folder.ts';

/** `reports/` with a run and baselines, one of the same name, and `here/`, where the user is, with a part and with what only has the name of a run. */
const place = async () => {
  const temporary = await mkdtempDisposable(join(tmpdir(), 'pl-run-folder-'));
  onTestFinished(() => temporary.remove());
  const path = await realpath(temporary.path);
  const baselines = ['reports/baselines/forky', 'reports/baselines/run-1'];
  for (const folder of ['reports/run-1', 'reports/both', ...baselines, 'here/part', 'here/both']) {
    await mkdir(join(path, folder), {recursive: true});
    await writeFile(join(path, folder, 'run.json'), '');
  }
  await symlink('run-1', join(path, 'reports/latest'));
  await mkdir(join(path, 'here/forky'));
  vi.stubEnv('INIT_CWD', join(path, 'here'));
  onTestFinished(() => void vi.unstubAllEnvs());
  return path;
};

test.for([
  ['part', 'here/part'],
  ['part/', 'here/part'],
  ['part/run.json', 'here/part'],
  ['../here/part', 'here/part'],
  ['run-1', 'reports/run-1'],
  ['latest', 'reports/run-1'],
  ['both', 'here/both'],
] as const)('"%s" names the run in %s', async ([name, folder]) => {
  const path = await place();
  expect(runFolder(name, join(path, 'reports'))).toBe(join(path, folder));
});

test('a baseline is found by its name only where one may be meant, after runs', async () => {
  const reports = join(await place(), 'reports');
  expect(runOrBaselineFolder('forky', reports)).toBe(join(reports, 'baselines/forky'));
  expect(runOrBaselineFolder('run-1', reports)).toBe(join(reports, 'run-1'));
  expect(() => runFolder('forky', reports)).toThrow(
    new UsageError('Cannot read run "forky": no folder or run id of this name has a run.json'),
  );
});

test('what has no run.json is no run', async () => {
  const reports = join(await place(), 'reports');
  expect(() => runOrBaselineFolder('baselines', reports)).toThrow(
    new UsageError('Cannot read run "baselines": no folder, run id or baseline of this name has a run.json'),
  );
});
