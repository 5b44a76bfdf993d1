import {mkdir, mkdtemp, readdir, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {exampleCell, exampleRun} from '../report/example-run.ts';
import {planDigest} from '../report/plan-digest.ts';
import {readRun, writeRun} from '../report/run-file.ts';
import {plumbline} from './plumbline-process.ts';

/** A folder with two parts of a plan. */
const twoParts = async () => {
  const reports = await mkdtemp(join(tmpdir(), 'plumbline-merge-'));
  onTestFinished(() => rm(reports, {recursive: true}));
  const planned = [1, 2].map((index) => exampleCell({name: `cell ${index}`}));
  const parts = await Promise.all(
    planned.map(async (cell, position) => {
      const index = position + 1;
      const folder = join(reports, `part-${index}`);
      const shard = {index, count: 2, plan: planDigest(planned)};
      await writeRun(folder, exampleRun({id: `part-${index}`, cells: [cell], shard}));
      await mkdir(join(folder, 'observations'));
      await writeFile(join(folder, 'observations', `cell-${index}.json`), '{}');
      return folder;
    }),
  );
  return {reports, parts};
};

test('the parts of a plan become one folder, and a part alone is refused', {timeout: 30_000}, async () => {
  const {reports, parts} = await twoParts();
  const alone = await plumbline(['merge', '--reports', reports, parts[0] ?? '']);
  expect([alone.exitCode, alone.stderr]).toEqual([2, 'Cannot merge runs: of the plan part 2/2 is missing\n']);
  const {exitCode, stdout, stderr} = await plumbline(['merge', '--reports', reports, ...parts]);
  expect({exitCode, stderr}).toEqual({exitCode: 0, stderr: ''});
  expect(stdout).toContain('2 passed, 0 failed');
  const merged = await readRun(join(reports, 'latest'));
  expect(merged.cells.map(({name}) => name)).toEqual(['cell 1', 'cell 2']);
  expect((await readdir(join(reports, 'latest/observations'))).toSorted()).toEqual(['cell-1.json', 'cell-2.json']);
});

test('a part is named by its folder or its run.json, from where it lies as well', {timeout: 30_000}, async () => {
  const {reports} = await twoParts();
  const argv = ['merge', '--reports', reports, 'part-1', 'part-2/run.json'];
  expect(await plumbline(argv, {INIT_CWD: reports})).toMatchObject({exitCode: 0, stderr: ''});
  expect((await readdir(join(reports, 'latest/observations'))).toSorted()).toEqual(['cell-1.json', 'cell-2.json']);
});
