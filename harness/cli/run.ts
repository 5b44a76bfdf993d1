import {join} from 'node:path';
import {Option, type Command} from 'commander';
import type {KeepMachines} from '../run/machine-pool.ts';
import {terminalReporter} from '../report/terminal/reporter.ts';
import {bearableMachines} from './bearable-machines.ts';
import {callerPath} from './caller-path.ts';
import {ociRuntime} from './oci-runtime.ts';
import {chooseProvider} from './provider-choice.ts';
import {runId} from './run-id.ts';
import {addSelection, parseCount, projectRoot, select, type SelectionFlags} from './selection.ts';

interface RunFlags extends SelectionFlags {
  readonly machine: string;
  readonly runc?: string;
  readonly pull?: boolean;
  readonly keep: KeepMachines;
  readonly json?: boolean;
  readonly deadline: number;
  readonly machines?: number;
  readonly accel?: 'kvm' | 'hvf' | 'tcg';
  readonly reports: string;
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
    .option('--deadline <seconds>', 'give up a cell that takes longer', parseCount, 120)
    .addOption(
      new Option('--accel <kind>', 'how the processor of a qemu machine is made; default: found out by trial').choices([
        'kvm',
        'hvf',
        'tcg',
      ]),
    )
    .option('--machines <n>', 'at most so many machines at once; default: as many as this host bears', parseCount)
    .option('--reports <folder>', 'where the reports go', join(projectRoot, 'reports'))
    .option('--json', 'print the record of the run instead of lines')
    .action(async (files: string[], flags: RunFlags) => {
      // First what is wrong with the question, then what is wrong with the host.
      const {scenarios, cells, shard} = await select(files, flags);
      const runtime = flags.runc === undefined ? undefined : await ociRuntime(flags.runc);
      const {provider, notes} = await chooseProvider(flags.machine, {accelerated: flags.accel !== undefined});
      const [{run}, {Interruption}] = await Promise.all([import('../run/run.ts'), import('../run/interruption.ts')]);
      using interruption = new Interruption();
      using reporter = terminalReporter(flags.json ? process.stderr : process.stdout);
      const record = await run({
        id: runId(new Date()),
        root: projectRoot,
        scenarios,
        cells,
        shard,
        provider,
        files: runtime?.files ?? [],
        ociRuntime: runtime?.path,
        pull: flags.pull ?? false,
        keep: flags.keep,
        acceleration: flags.accel,
        machinesAtOnce: flags.machines ?? (await bearableMachines(provider)),
        cellDeadlineMs: flags.deadline * 1000,
        reports: callerPath(flags.reports),
        calledFrom: callerPath('.'),
        notes,
        asked: {...flags},
        listener: reporter,
        interruption,
        toolVersion,
      });
      reporter.stop();
      if (flags.json) {
        process.stdout.write(`${JSON.stringify(record, undefined, 2)}\n`);
      }
      process.exitCode = record.exitCode;
    });
};
