import type {Command} from 'commander';
import {parseNames, projectReports} from './selection.ts';

const RUN = 'folder or run.json of a run, its id, or the name of a baseline';

interface CompareFlags {
  readonly runtime?: string[];
  readonly json?: boolean;
  readonly html?: string;
  readonly explanations?: string;
}

/** `plumbline compare`, `baseline`, `catalogue` and `levels`: what runs found out, side by side. */
export const addCompareCommands = (program: Command): void => {
  program
    .command('compare')
    .description('what changed between two runs, and at which layer')
    .argument('<old>', RUN)
    .argument('[new]', `${RUN}; left out: the old one, with two runtime sets`)
    .option('--runtime <names>', 'a runtime set that both have, or OLD,NEW', parseNames)
    .option('--json', 'print one JSON document')
    .option('--html <file>', 'also write a side-by-side page')
    .option('--explanations <file>', 'reviewed explanations of changes; default: the ones that come with the tool')
    .action(async (old: string, newer: string | undefined, {runtime, ...flags}: CompareFlags) => {
      const {compareCommand} = await import('./compare.ts');
      process.exitCode = await compareCommand({
        old,
        new: newer,
        runtimes: runtime,
        reportsFolder: projectReports,
        stream: process.stdout,
        ...flags,
      });
    });
  program
    .command('baseline')
    .description('accept a run as the baseline of its runtime set, showing what that changes')
    .argument('<run>', RUN)
    .option('--runtime <name>', 'which of its runtime sets, where it has several')
    .option('--name <name>', "default: the runtime set; with '-vm' behind it for a run in virtual machines")
    .option('--dry-run', 'show what it would change, and change nothing')
    .action(async (run: string, flags: {runtime?: string; name?: string; dryRun?: boolean}) => {
      const {baselineCommand} = await import('./baseline.ts');
      process.exitCode = await baselineCommand({run, reportsFolder: projectReports, stream: process.stdout, ...flags});
    });
  program
    .command('catalogue')
    .description('which of the changes that users have noticed the runs show, as a table in Markdown')
    .argument('<runs...>', RUN)
    .action(async (runs: string[]) => {
      const {catalogueCommand} = await import('./catalogue.ts');
      process.exitCode = await catalogueCommand({runs, reportsFolder: projectReports, stream: process.stdout});
    });
  program
    .command('levels')
    .description('what docker, ctr and runc each did for the workloads of a run')
    .argument('<run>', RUN)
    .option('--details', 'also a row for each fact that is not the same at all levels')
    .option('--json', 'print one JSON document')
    .action(async (run: string, flags: {details?: boolean; json?: boolean}) => {
      const {levelsCommand} = await import('./levels.ts');
      process.exitCode = await levelsCommand({run, reportsFolder: projectReports, stream: process.stdout, ...flags});
    });
};
