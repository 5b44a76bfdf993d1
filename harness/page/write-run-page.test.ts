import {mkdtempDisposable, readFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {exampleLoadedRun} from '../compare/example-runs.ts';
import {writeObservation} from '../observe/observation-file.ts';
import {writeRun} from '../report/run-file.ts';
import {writeRunPage} from './write-run-page.ts';

/** A run whose workload has this umask, at two levels. */
const runWith = (umask: string) =>
  exampleLoadedRun([
    {level: 'ctr', facts: {'process.umask': umask}},
    {level: 'runc', facts: {'process.umask': '0027'}},
  ]);

test('a run that lies elsewhere has the baselines of the project, and is named by its folder', async () => {
  await using place = await mkdtempDisposable(join(tmpdir(), 'plumbline-page-'));
  const [root, folder] = [join(place.path, 'project'), join(place.path, 'downloads', 'part')];
  const [baseline, run] = [runWith('0022'), runWith('0077')];
  const places = [
    [join(root, 'reports/baselines', 'trixie'), baseline],
    [folder, run],
  ] as const;
  for (const [path, {record, observations}] of places) {
    await writeRun(path, record);
    for (const observation of observations.values()) await writeObservation(path, observation);
  }
  const page = await readFile(await writeRunPage(folder, run.record, root), 'utf8');
  expect(page).toContain('Differences to the baseline');
  expect(page).toContain(`<code>npx plumbline levels ${folder}</code>`);
});
