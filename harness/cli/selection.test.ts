import {mkdir, mkdtemp, realpath, rm, symlink, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import type {PlannedCell} from '../report/progress.ts';
import {plumbline} from './plumbline-process.ts';
import {scenarioText} from './scenario-text.ts';

const makeFolder = async (): Promise<string> => {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'plumbline-')));
  onTestFinished(() => rm(folder, {recursive: true}));
  return folder;
};

const text = scenarioText(`scenario('a', {workload: nginx, reach: {runc: usualReach.runc}});`);

test('a file is planned once, by its own path, whatever links lead to it', {timeout: 30_000}, async () => {
  const folder = await makeFolder();
  await mkdir(join(folder, 'real'));
  await writeFile(join(folder, 'real/a.scenario.ts'), text);
  await symlink('real', join(folder, 'linked'));
  await symlink('real/a.scenario.ts', join(folder, 'b.scenario.ts'));
  const {stdout} = await plumbline(['list', '--json', folder, join(folder, 'linked'), join(folder, 'b.scenario.ts')]);
  const cells = JSON.parse(stdout) as PlannedCell[];
  expect(cells.map(({file}) => file)).toEqual([join(folder, 'real/a.scenario.ts')]);
});

test('a link to a file of another kind is refused', {timeout: 30_000}, async () => {
  const folder = await makeFolder();
  await writeFile(join(folder, 'a.ts'), text);
  await symlink('a.ts', join(folder, 'a.scenario.ts'));
  const {exitCode, stderr} = await plumbline(['list', folder]);
  expect({exitCode, stderr}).toEqual({
    exitCode: 2,
    stderr: `Cannot read the scenario file "${folder}/a.scenario.ts": it is a link to "${folder}/a.ts", whose name must end in .scenario.ts\n`,
  });
});

test('a link to nothing is refused', {timeout: 30_000}, async () => {
  const folder = await makeFolder();
  await symlink('absent.ts', join(folder, 'a.scenario.ts'));
  const {exitCode, stderr} = await plumbline(['list', folder]);
  expect(stderr).toMatch(/^Cannot read the scenario file ".*\/a\.scenario\.ts": /v);
  expect(exitCode).toBe(2);
});
