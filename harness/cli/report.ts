import {dirname} from 'node:path';
import type {Command} from 'commander';
import {readRun} from '../report/run-file.ts';
import {runFolder} from '../report/run-folder.ts';
import {shownPath} from '../report/shown-path.ts';
import {written} from '../report/written.ts';
import {callerPath} from '../report/caller-path.ts';
import {projectReports, projectRoot} from './selection.ts';

/** `plumbline report`: the pages of a run, made again or made for the first time. */
export const addReportCommand = (program: Command): void => {
  program
    .command('report')
    .description('make the page of a run again, after a baseline changed or the run came from elsewhere')
    .argument('[run]', 'id or folder of the run', 'latest')
    .option('--allure', 'also make its Allure report')
    .option('--summary', 'print the run as Markdown, as for a job of GitHub, and make nothing')
    .action(async (run: string, {allure, summary}: {readonly allure?: boolean; readonly summary?: boolean}) => {
      const folder = runFolder(run, projectReports);
      const record = await readRun(folder);
      if (summary) {
        const {jobSummary} = await import('../report/job-summary.ts');
        process.stdout.write(jobSummary(record));
        return;
      }
      const [{writeRunPage}, {writeAllureReport}] = await Promise.all([
        import('../page/write-run-page.ts'),
        import('../report/allure-report.ts'),
      ]);
      const files = await written('reports', folder, async () => [
        await writeRunPage(folder, record, projectRoot),
        ...(allure ? [await writeAllureReport(folder, record, dirname(folder))] : []),
      ]);
      process.stdout.write(files.map((file) => `${shownPath(file, callerPath('.'))}\n`).join(''));
    });
};
