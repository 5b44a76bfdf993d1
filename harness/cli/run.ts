import type {Acceleration} from '../../vms/machine.ts';
import {join, resolve} from 'node:path';
import {Option, type Command} from 'commander';
import {UsageError} from '../../vms/errors.ts';
import type {KeepMachines} from '../run/machine-pool.ts';
import {readRun} from '../report/run-file.ts';
import {callerPath} from '../report/caller-path.ts';
import {accelerationOption} from './provider-choice.ts';
import {
  addSelection,
  parseCount,
  projectReports,
  projectRoot,
  select,
  type Selected,
  type SelectionFlags,
} from './selection.ts';
import {startRun} from './start-run.ts';
import {upgradeRunText} from './upgrade-run.ts';

interface RunFlags extends SelectionFlags {
  readonly machine: string;
  readonly runc?: string;
  readonly pull?: boolean;
  readonly keep: KeepMachines;
  readonly json?: boolean;
  readonly deadline: number;
  readonly machines?: number;
  readonly accel?: Acceleration;
  readonly reports: string;
  readonly failed?: boolean;
}

/** `plumbline run`: the main job. */
export const addRunCommand = (program: Command, toolVersion: string): void => {
  addSelection(program.command('run'))
    .description('run scenarios')
    .option('--machine <provider>', 'what makes the machine: auto, or the name of a provider', 'auto')
    .option(
      '--runc <path>',
      'use this OCI runtime at every level: a program of this host, or crun, which every machine has',
    )
    .option('--pull', 'take the images from their real registry')
    .addOption(
      new Option('--keep <when>', 'keep the machine, for "plumbline shell"')
        .choices(['never', 'on-failure', 'always'])
        .default('never'),
    )
    .addOption(
      new Option('--failed', 'only what did not pass in the last run, in its runtime sets').conflicts([
        'runtime',
        'repeat',
        'shard',
      ]),
    )
    .option('--deadline <seconds>', 'give up a cell that takes longer', parseCount, 120)
    .addOption(accelerationOption())
    .option('--machines <n>', 'at most so many machines at once; default: as many as this host bears', parseCount)
    .option('--reports <folder>', 'where the reports go', projectReports)
    .option('--json', 'print the record of the run instead of lines')
    .action(async (files: string[], flags: RunFlags) => {
      // First what is wrong with the question, then what is wrong with the host.
      const selected = flags.failed ? await selectFailed(files, flags) : await select(files, flags);
      if (selected === undefined) {
        // A program that asked for a record gets none, since there was no run, and nothing that is not one.
        const {stdout, stderr} = process;
        (flags.json ? stderr : stdout).write('Nothing to run: every cell of the last run passed\n');
        return;
      }
      const record = await startRun({
        ...flags,
        ...selected,
        asked: {...flags},
        deadlineSeconds: flags.deadline,
        toolVersion,
      });
      process.exitCode = record.exitCode;
    });
};

/**
 * What did not pass in the last run, as far as the other flags choose it as well, with the OCI runtime that it ran with unless they name
 * another; `undefined` when everything did.
 */
const selectFailed = async (
  files: readonly string[],
  flags: RunFlags,
): Promise<(Selected & Pick<RunFlags, 'runc'>) | undefined> => {
  const last = await readRun(join(callerPath(flags.reports), 'latest'));
  const names = new Set(last.cells.filter(({status}) => status !== 'passed').map(({name}) => name));
  if (last.cells.length === 0) {
    throw new UsageError(`Cannot run what failed in "${last.id}": it has no cells`);
  }
  const upgradeRun = upgradeRunText(last);
  if (upgradeRun !== undefined) {
    throw new UsageError(`Cannot run what failed in "${last.id}": ${upgradeRun}`);
  }
  if (names.size === 0) {
    return undefined;
  }
  const failed = last.cells.filter(({name}) => names.has(name));
  const selected = await select(
    files.length > 0 ? files : [...new Set(failed.map(({file}) => resolve(projectRoot, file)))],
    {
      ...flags,
      runtime: [...new Set(failed.map(({runtimeSet}) => runtimeSet))],
      repeat: Math.max(...last.cells.map(({repetition}) => repetition)),
    },
  );
  const cells = selected.cells.filter(({name}) => names.has(name));
  if (cells.length === 0) {
    throw new UsageError(
      `Cannot run what failed in "${last.id}": none of its ${names.size} cells is chosen or exists any more`,
    );
  }
  const runc = flags.runc ?? last.options['runc'];
  return {...selected, cells, ...(typeof runc === 'string' && {runc})};
};
