import {mkdir, mkdtemp, readFile, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import type {RunRecord} from '../report/run-record.ts';
import {chooseFailed} from './failed-cells.ts';

/** What failed of a run like that of a baseline, whose first cell did not pass, and that was asked for like this. */
const failedOf = async (options: RunRecord['options']) => {
  const reports = await mkdtemp(join(tmpdir(), 'reports-'));
  onTestFinished(() => rm(reports, {recursive: true}));
  const run = JSON.parse(await readFile('reports/baselines/bookworm/run.json', 'utf8')) as RunRecord;
  const cells = run.cells.map((cell, index) => (index === 0 ? {...cell, status: 'failed'} : cell));
  await mkdir(join(reports, 'latest'));
  await writeFile(
    join(reports, 'latest/run.json'),
    JSON.stringify({...run, options: {...run.options, ...options}, cells}),
  );
  const chosen = await chooseFailed([], {runtime: [], shard: {index: 1, count: 1}, repeat: 1, reports});
  return {name: run.cells[0]?.name, chosen};
};

test('what failed with another OCI runtime, or other images, is run with that again', async () => {
  const {name, chosen} = await failedOf({runc: '/root/runc', pull: true});
  expect(chosen).toMatchObject({runc: '/root/runc', pull: true, selected: {cells: [{name}]}});
});

test('what failed after an upgrade is not run on other machines', async () => {
  await expect(failedOf({from: 'bookworm', to: 'trixie'})).rejects.toThrow(
    /^Cannot run what failed in ".*": it ran for an upgrade from "bookworm" to "trixie", /v,
  );
});
