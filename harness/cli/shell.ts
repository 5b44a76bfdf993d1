import type {Command} from 'commander';
import {attach} from '../../vms/attach.ts';
import {MachineError, UsageError} from '../../vms/errors.ts';
import type {Machine, MachineReference} from '../../vms/machine.ts';
import {readRun} from '../report/run-file.ts';
import {runFolder} from '../report/run-folder.ts';
import type {MachineRecord, RunRecord} from '../report/run-record.ts';
import {openShell} from './open-shell.ts';
import {cellNamed} from './recorded-cell.ts';
import {projectReports} from './selection.ts';

/** `plumbline shell`: a shell in a machine that was kept. */
export const addShellCommand = (program: Command): void => {
  program
    .command('shell')
    .description('open a shell in a machine that a run kept, see run --keep')
    .argument('[run]', 'id or folder of the run', 'latest')
    .argument('[command...]', 'run this instead of a shell; put -- before it')
    .option('--cell <text>', 'the machine of the cell with this in its name, where the run kept several')
    .action(async (_run: string, _command: string[], {cell}: {cell?: string}, {args}: Command) => {
      const {run, command} = shellOperands(args, process.argv);
      const record = await readRun(runFolder(run, projectReports));
      const kept = cell === undefined ? lastKept(record) : keptOf(record, cell);
      process.exitCode = await openShell(await answering(referenceOf(kept)), command);
    });
};

/**
 * Which of the operands is the run, and which are the command: Commander drops the `--`, and without it would take the first word of a command
 * for the run. `argv` is the whole command line.
 */
export const shellOperands = (
  operands: readonly string[],
  argv: readonly string[],
): {readonly run: string; readonly command: readonly string[]} => {
  const dashes = argv.indexOf('--');
  const runs = dashes === -1 ? Math.min(1, operands.length) : operands.length - (argv.length - dashes - 1);
  return {run: operands.slice(0, runs).at(0) ?? 'latest', command: operands.slice(runs)};
};

/** A shell would end without a word where the machine is gone, or open in whatever has the id of its first process now. */
const answering = async (reference: MachineReference): Promise<Machine> => {
  try {
    const machine = attach(reference);
    await machine.exec(['true']);
    return machine;
  } catch (error) {
    if (!(error instanceof MachineError)) throw error;
    throw new UsageError(
      `Cannot open a shell in the machine "${reference.id}": it does not answer any more, as after "plumbline sweep" or a restart of this host`,
      {cause: error},
    );
  }
};

const lastKept = ({id, machines}: RunRecord): MachineRecord => {
  const machine = machines.findLast(({kept}) => kept);
  if (machine === undefined) {
    throw new UsageError(
      `Cannot open a shell in a machine of "${id}": it kept none, "--keep always" or "--keep on-failure" makes a run keep one`,
    );
  }
  return machine;
};

const keptOf = (record: RunRecord, text: string): MachineRecord => {
  const cell = cellNamed(record, text);
  const machine = record.machines.find(({id}) => id === cell.machine);
  if (!machine?.kept) {
    throw new UsageError(`Cannot open a shell in the machine of "${cell.name}": it was not kept`);
  }
  return machine;
};

const referenceOf = ({id, runtimeSet, traits, details}: MachineRecord): MachineReference => ({
  id,
  runtimeSet,
  traits: traits as unknown as MachineReference['traits'],
  details,
});
