import type {Acceleration} from '../../vms/machine.ts';
import {Option, type Command} from 'commander';
import type {KeepMachines} from '../run/machine-pool.ts';
import {chooseFailed} from './failed-cells.ts';
import {accelerationOption} from './provider-choice.ts';
import {addSelection, parseCount, projectReports, select, type SelectionFlags} from './selection.ts';
import {DEFAULT_DEADLINE_SECONDS, startRun} from './start-run.ts';

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
    .option('--deadline <seconds>', 'give up a cell that takes longer', parseCount, DEFAULT_DEADLINE_SECONDS)
    .addOption(accelerationOption())
    .option('--machines <n>', 'at most so many machines at once; default: as many as this host bears', parseCount)
    .option('--reports <folder>', 'where the reports go', projectReports)
    .option('--json', 'print the record of the run instead of lines')
    .action(async (files: string[], flags: RunFlags) => {
      // First what is wrong with the question, then what is wrong with the host.
      const chosen = flags.failed ? await chooseFailed(files, flags) : {...flags, selected: await select(files, flags)};
      if (chosen === undefined) {
        // A program that asked for a record gets none, since there was no run, and nothing that is not one.
        const {stdout, stderr} = process;
        (flags.json ? stderr : stdout).write('Nothing to run: every cell of the last run passed\n');
        return;
      }
      const {selected, ...asked} = chosen;
      const record = await startRun({
        ...asked,
        ...selected,
        asked,
        deadlineSeconds: flags.deadline,
        toolVersion,
      });
      process.exitCode = record.exitCode;
    });
};
