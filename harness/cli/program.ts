import {readFileSync} from 'node:fs';
import {Command, CommanderError} from 'commander';
import {HostError, PlumblineError} from '../../vms/errors.ts';
import {exitCodeOf} from '../report/failure.ts';
import {commandLineProblem} from './command-line-problem.ts';
import {givenOnce} from './given-once.ts';
import {watchOutput} from './unwritable-output.ts';

const {version} = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {version: string};

/** Reads the command line and does what it says. Sets the exit code of the process. */
export const main = async (): Promise<void> => {
  const {stdout, stderr} = process;
  watchOutput({name: 'standard output', stream: stdout}, stderr, endAsUnwritable);
  watchOutput({name: 'standard error', stream: stderr}, stdout, endAsUnwritable);
  try {
    const asked = process.argv[2];
    const named = commands.filter(({names}) => names.some((name) => name === asked));
    for (const {add} of named.length > 0 ? named : commands) {
      await add();
    }
    program.commands.forEach(givenOnce);
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

/**
 * What adds each command to the program, in the order of the help. A command that is named loads itself and nothing else, which takes half
 * the time of loading all; the help, and what is no command, want all of them.
 */
const commands: readonly {readonly names: readonly string[]; readonly add: () => Promise<unknown>}[] = [
  {names: ['run'], add: async () => (await import('./run.ts')).addRunCommand(program, version)},
  {names: ['list'], add: async () => (await import('./list.ts')).addListCommand(program)},
  {names: ['explain'], add: async () => (await import('./explain.ts')).addExplainCommand(program)},
  {names: ['doctor', 'setup'], add: async () => (await import('./host-commands.ts')).addHostCommands(program)},
  {names: ['cache'], add: async () => (await import('./cache.ts')).addCacheCommand(program)},
  {names: ['measure'], add: async () => (await import('./measure.ts')).addMeasureCommand(program)},
  {names: ['report'], add: async () => (await import('./report.ts')).addReportCommand(program)},
  {names: ['shell'], add: async () => (await import('./shell.ts')).addShellCommand(program)},
  {names: ['replay'], add: async () => (await import('./replay.ts')).addReplayCommand(program, version)},
  {names: ['sweep'], add: async () => (await import('./sweep.ts')).addSweepCommand(program)},
  {
    names: ['compare', 'baseline', 'catalogue', 'levels'],
    add: async () => (await import('./compare-commands.ts')).addCompareCommands(program),
  },
  {names: ['upgrade'], add: async () => (await import('./upgrade.ts')).addUpgradeCommand(program, version)},
  {names: ['bisect'], add: async () => (await import('./bisect.ts')).addBisectCommand(program, version)},
  {names: ['bench'], add: async () => (await import('./bench.ts')).addBenchCommand(program)},
  {names: ['merge'], add: async () => (await import('./merge.ts')).addMergeCommand(program)},
];

/** As where reports can not be written, whatever came of the command, which sets its own exit code later. */
const endAsUnwritable = (): void => {
  process.on('exit', () => {
    process.exitCode = 2;
  });
};

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
