import {readFileSync} from 'node:fs';
import {Command, CommanderError} from 'commander';
import {HostError, PlumblineError} from '../../vms/errors.ts';
import {exitCodeOf} from '../report/failure.ts';
import {addBenchCommand} from './bench.ts';
import {addBisectCommand} from './bisect.ts';
import {addCacheCommand} from './cache.ts';
import {commandLineProblem} from './command-line-problem.ts';
import {addCompareCommands} from './compare-commands.ts';
import {addExplainCommand} from './explain.ts';
import {addListCommand} from './list.ts';
import {addMeasureCommand} from './measure.ts';
import {addMergeCommand} from './merge.ts';
import {addReplayCommand} from './replay.ts';
import {addReportCommand} from './report.ts';
import {addRunCommand} from './run.ts';
import {addShellCommand} from './shell.ts';
import {addSweepCommand} from './sweep.ts';
import {addUpgradeCommand} from './upgrade.ts';

const {version} = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {version: string};

/** Reads the command line and does what it says. Sets the exit code of the process. */
export const main = async (): Promise<void> => {
  try {
    await program.parseAsync();
  } catch (error) {
    process.exitCode = report(error);
  }
};

const program = new Command('plumbline')
  .description('Runs one workload at every level of the container stack, in a machine that is thrown away')
  .version(version)
  .helpCommand(true)
  .exitOverride()
  .configureOutput({outputError: (text, write) => write(`${commandLineProblem(text)}\n`)});

addRunCommand(program, version);
addListCommand(program);
addExplainCommand(program);
program
  .command('doctor')
  .description('say what this host can and can not do, each with the command that mends it')
  .option('--json', 'print one JSON document')
  .action(async ({json}: {json?: boolean}) => {
    const [{doctor}, {providers}] = await Promise.all([import('./doctor.ts'), import('../../vms/providers.ts')]);
    process.exitCode = await doctor({providers, stream: process.stdout, json});
  });
program
  .command('setup')
  .description('install the packages this host lacks')
  .option('--yes', 'do not ask')
  .option('--lima', 'also Lima')
  .option('--vagrant', 'also Vagrant and libvirt')
  .option('--browser', 'also the browser that tests of the reports need')
  .action(async ({yes, lima, vagrant, browser}: Partial<Record<'yes' | 'lima' | 'vagrant' | 'browser', boolean>>) => {
    const {setup, USUAL_NEEDS} = await import('./setup.ts');
    const needs = [
      ...USUAL_NEEDS,
      ...(vagrant ? (['vagrant'] as const) : []),
      ...(browser ? (['browser'] as const) : []),
    ];
    process.exitCode = await setup({stream: process.stdout, yes, lima, needs});
  });
addCacheCommand(program);
addMeasureCommand(program);
addReportCommand(program);
addShellCommand(program);
addReplayCommand(program, version);
addSweepCommand(program);
addCompareCommands(program);
addUpgradeCommand(program, version);
addBisectCommand(program, version);
addBenchCommand(program);
addMergeCommand(program);

/** Prints an error for a person and returns the exit code. */
function report(error: unknown): number {
  if (error instanceof CommanderError) {
    // Commander has said it already; help and version are no errors.
    return error.exitCode === 0 ? 0 : 2;
  }
  if (error instanceof PlumblineError) {
    process.stderr.write(`${error.message}\n`);
    if (error instanceof HostError) {
      for (const {sentence, remedy} of error.requirements) {
        process.stderr.write(`  ${sentence}${remedy === undefined ? '' : `: ${remedy}`}\n`);
      }
    }
    return exitCodeOf([{class: error.failureClass}]);
  }
  process.stderr.write(
    `This is a defect of plumbline: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
  return 4;
}
