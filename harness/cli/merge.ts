import {cp, stat, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import type {Command} from 'commander';
import {writePages} from '../page/write-pages.ts';
import {junitXml} from '../report/junit.ts';
import {pointLatestAt} from '../report/latest-run.ts';
import {mergeRuns} from '../report/merged-run.ts';
import {readRun, writeRun} from '../report/run-file.ts';
import {runFolder} from '../report/run-folder.ts';
import {shownPath} from '../report/shown-path.ts';
import {createPaint} from '../report/terminal/paint.ts';
import {summaryLines} from '../report/terminal/summary-lines.ts';
import {makeFolder} from '../../vms/make-folder.ts';
import {written} from '../report/written.ts';
import {callerPath} from '../report/caller-path.ts';
import {runId} from './run-id.ts';
import {projectReports, projectRoot} from './selection.ts';

/** Folders of a run whose files have names that are unique among the parts of a plan: those of cells, and random ones. */
const COLLECTED = ['observations', 'evidence', 'allure-results'];

/** `plumbline merge`: the reports of the shards of one plan, as one. */
export const addMergeCommand = (program: Command): void => {
  program
    .command('merge')
    .description('make one run of all parts that "run --shard" made of a plan, wherever they ran')
    .argument('<runs...>', 'ids or folders of the parts')
    .option('--reports <folder>', 'where the merged run goes', projectReports)
    .action(async (runs: string[], flags: {readonly reports: string}) => {
      const folders = runs.map((run) => runFolder(run, projectReports));
      const parts = await Promise.all(folders.map(async (folder) => readRun(folder)));
      const named = parts.map((record, index) => ({name: runs[index] ?? record.id, record}));
      const merged = mergeRuns(named, runId(new Date()));
      const reports = callerPath(flags.reports);
      const target = join(reports, merged.id);
      const problems = await written('the merged run', target, async () => {
        await makeFolder(target);
        for (const folder of folders) {
          await collect(folder, target);
        }
        await writeRun(target, merged);
        await writeFile(join(target, 'junit.xml'), junitXml(merged));
        return [await writePages(target, merged, projectRoot), await pointLatestAt(reports, merged.id)];
      });
      const shown = shownPath(target, callerPath('.'));
      const lines = summaryLines(merged, shown, createPaint(process.stdout), process.stdout.columns ?? 120);
      process.stdout.write(`${[...lines, ...problems.filter((one) => one !== undefined)].join('\n')}\n`);
      process.exitCode = merged.exitCode;
    });
};

const collect = async (folder: string, target: string): Promise<void> => {
  for (const name of COLLECTED) {
    if (await stat(join(folder, name)).catch(() => undefined)) {
      await cp(join(folder, name), join(target, name), {recursive: true});
    }
  }
};
