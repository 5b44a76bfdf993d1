import {stat, writeFile} from 'node:fs/promises';
import {basename, dirname, join} from 'node:path';
import {baselineName} from '../compare/baseline-name.ts';
import {compareRuns, type Comparison} from '../compare/comparison.ts';
import {explanationsFile, readExplanations} from '../compare/explanation.ts';
import {loadRun, partOn, readObservations, type LoadedRun} from '../compare/loaded-run.ts';
import {runArgument} from '../report/run-argument.ts';
import type {CellRecord, RunRecord} from '../report/run-record.ts';
import {readEvidence} from './evidence-text.ts';
import {runPage} from './run-page.ts';

/** Writes `index.html` into a run's folder, wherever that lies; returns its path. `root` is the project's folder, which has the baselines. */
export const writeRunPage = async (folder: string, record: RunRecord, root: string): Promise<string> => {
  const run: LoadedRun = {name: record.id, record, observations: await readObservations(folder)};
  const [evidence, comparisons] = await Promise.all([
    readEvidence(folder, record),
    comparisonsWithBaselines(run, join(root, 'reports')),
  ]);
  const file = join(folder, 'index.html');
  const argument = runArgument(basename(folder), dirname(folder), root);
  await writeFile(file, runPage({run, argument, evidence, comparisons}));
  return file;
};

/** With the baseline of each of its runtime sets, where there is one that has a cell of the run. */
const comparisonsWithBaselines = async (run: LoadedRun, reportsFolder: string): Promise<readonly Comparison[]> => {
  const sets = [...new Set(run.record.cells.map(({runtimeSet}) => runtimeSet))];
  const comparisons = await Promise.all(
    sets.map(async (set): Promise<Comparison[]> => {
      const name = baselineName(run, set);
      const folder = join(reportsFolder, 'baselines', name);
      if ((await stat(folder).catch(() => undefined)) === undefined) {
        return [];
      }
      const baseline = {...(await loadRun(folder, reportsFolder)), name: `baseline ${name}`};
      const recent = partOn(set, run);
      return haveCommonCell(baseline, recent)
        ? [compareRuns(baseline, recent, {explanations: await readExplanations(explanationsFile)})]
        : [];
    }),
  );
  return comparisons.flat();
};

const haveCommonCell = (one: LoadedRun, other: LoadedRun): boolean => {
  const keyOf = ({scenario, level, network}: CellRecord): string => JSON.stringify([scenario, level, network]);
  const keys = new Set(one.record.cells.map((cell) => keyOf(cell)));
  return other.record.cells.some((cell) => keys.has(keyOf(cell)));
};
