import type {Acceleration} from '../../vms/machine.ts';
import {resolve} from 'node:path';
import type {Command} from 'commander';
import {attach} from '../../vms/attach.ts';
import {UsageError} from '../../vms/errors.ts';
import {isSame} from '../compare/changed-components.ts';
import {exitCodeOf} from '../report/failure.ts';
import {runArgument} from '../report/run-argument.ts';
import {readRun} from '../report/run-file.ts';
import {runFolder} from '../report/run-folder.ts';
import type {CellRecord, MachineRecord, RunRecord} from '../report/run-record.ts';
import {shellCommand} from '../report/shell-command.ts';
import type {TerminalReporter} from '../report/terminal/reporter.ts';
import {signalExitCodes} from '../run/interruption.ts';
import type {AfterPause, Paused, PausePoint} from '../run/pause.ts';
import {loadScenarios} from '../scenario/load.ts';
import {callerPath} from '../report/caller-path.ts';
import {openShell} from './open-shell.ts';
import {accelerations} from './provider-choice.ts';
import {cellNamed, cellsUpTo, pauseBeforeFailure, requireStated} from './recorded-cell.ts';
import {projectReports, projectRoot} from './selection.ts';
import {DEFAULT_DEADLINE_SECONDS, startRun} from './start-run.ts';
import {upgradeRunText} from './upgrade-run.ts';

interface ReplayFlags {
  readonly alone?: boolean;
  readonly reports: string;
}

/** A person who looks around must not be hurried. 12 hours, since a timer ends at 24 days and slow machines multiply it. */
const PATIENCE_SECONDS = 12 * 60 * 60;

/** `plumbline replay`: a failed cell once more, up to the step that failed. */
export const addReplayCommand = (program: Command, toolVersion: string): void => {
  program
    .command('replay')
    .description('run a cell again as it was run, and stop before the step that failed, with a shell in the machine')
    .argument('<run>', 'id or folder of the run, or latest')
    .argument('<cell>', 'name of the cell, or a part of it')
    .option('--alone', 'without the cells that ran on its machine before')
    .option('--reports <folder>', 'where the reports go', projectReports)
    .action(async (run: string, text: string, flags: ReplayFlags) => {
      const record = await readRun(runFolder(run, projectReports));
      const cell = cellNamed(record, text);
      process.exitCode = await replay(record, cell, flags, toolVersion);
    });
};

const replay = async (
  record: RunRecord,
  cell: CellRecord,
  flags: ReplayFlags,
  toolVersion: string,
): Promise<number> => {
  if (cell.status === 'not-run') {
    throw new UsageError(`Cannot replay "${cell.name}": it was not run in "${record.id}"`);
  }
  const upgradeRun = upgradeRunText(record);
  if (upgradeRun !== undefined) {
    throw new UsageError(`Cannot replay a cell of "${record.id}": ${upgradeRun}`);
  }
  const then =
    record.machines.find(({id}) => id === cell.machine) ??
    record.machines.find(({runtimeSet}) => runtimeSet === cell.runtimeSet);
  const recorded = flags.alone ? [cell] : cellsUpTo(record, cell);
  const point = pauseBeforeFailure(cell);
  const isAtTerminal = process.stdin.isTTY && process.stdout.isTTY;
  let hasStopped = false;
  const files = new Set(recorded.map(({file}) => resolve(projectRoot, file)));
  const scenarios = await loadScenarios([...files], projectRoot);
  requireStated(recorded, scenarios);
  const again = await startRun({
    scenarios,
    cells: recorded.map(({name, scenario, file, level, network, runtimeSet, repetition}) => ({
      name,
      scenario,
      file,
      level,
      network,
      runtimeSet,
      repetition,
    })),
    machine: typeof then?.traits['provider'] === 'string' ? then.traits['provider'] : 'auto',
    runc: textOption(record, 'runc'),
    pull: record.options['pull'] === true,
    machines: 1, // Cells that followed one another on a machine must do so again.
    accel: accelerationOf(record),
    keep: 'never', // But the machine of a cell that is left where it stopped.
    deadlineSeconds: PATIENCE_SECONDS,
    // Also a thread that waits for a person has a pulse.
    threadDeadlineSeconds: deadlineOf(record),
    reports: flags.reports,
    asked: {...record.options, replayOf: record.id, cell: cell.name},
    notes: [`replays "${cell.name}" of ${record.id}, and stops ${whereText(point)}`],
    pause: {
      point,
      onPause: (paused, reporter) => {
        hasStopped = true;
        return isAtTerminal ? letLook(paused, cell, reporter) : Promise.resolve('leave');
      },
    },
    toolVersion,
  });
  for (const sentence of [...runtimeDifferences(record, again), ...machineDifferences(then, again.machines.at(-1))]) {
    process.stdout.write(`${sentence}\n`);
  }
  if (!hasStopped) {
    // What failed otherwise, as its machine, was told by the run itself.
    if (again.cells.find(({name}) => name === cell.name)?.status === 'passed') {
      process.stdout.write(`It has not failed this time${recorded.length > 1 ? '' : ', alone on its machine'}\n`);
    }
    return again.exitCode;
  }
  if (!isAtTerminal) {
    process.stdout.write(
      `${nextSteps(runArgument(again.id, callerPath(flags.reports), projectRoot), cell).join('\n')}\n`,
    );
  }
  return exitCodeOfStopped(again);
};

/** Of a run whose cell was stopped as asked: nothing but what happened to it otherwise, a signal or what it left on this host. */
export const exitCodeOfStopped = ({exitCode, failures}: Pick<RunRecord, 'exitCode' | 'failures'>): number =>
  signalExitCodes.includes(exitCode) ? exitCode : exitCodeOf(failures);

const textOption = ({options}: Pick<RunRecord, 'options'>, name: string): string | undefined => {
  const value = options[name];
  return typeof value === 'string' ? value : undefined;
};

/** How long a cell of the run might take. */
const deadlineOf = ({options: {deadline}}: RunRecord): number =>
  typeof deadline === 'number' ? deadline : DEFAULT_DEADLINE_SECONDS;

/** As the run was told; what it found out by itself is found out again. */
const accelerationOf = ({options}: RunRecord): Acceleration | undefined =>
  accelerations.find((kind) => kind === options['accel']);

const whereText = ({step}: PausePoint): string => (step === undefined ? 'where it fails' : `before "${step.title}"`);

/** The command of the step that failed, as it was run. */
const failedCommand = ({failures, steps}: CellRecord): string | undefined => {
  const argv = steps.findLast(({status, command}) => status === 'failed' && command)?.command ?? failures[0]?.command;
  return argv && shellCommand(argv);
};

const letLook = async ({machine, where}: Paused, cell: CellRecord, reporter: TerminalReporter): Promise<AfterPause> => {
  reporter.stop();
  const command = failedCommand(cell);
  process.stdout.write(
    `\nStopped ${where}: this is a shell in the machine, "exit" lets the cell go on\n${command === undefined ? '' : `What failed: ${command}\n`}\n`,
  );
  await openShell(attach(machine));
  return 'go on';
};

const nextSteps = (run: string, cell: CellRecord): string[] => {
  const command = failedCommand(cell);
  return [
    'This is no terminal, so the machine was kept as it is:',
    `  npx plumbline shell ${run}   opens a shell in it`,
    ...(command === undefined ? [] : [`  ${command}   is what failed`]),
    '  npx plumbline sweep   removes it',
  ];
};

/** That the program of `--runc` is not as it was, which lies where the run found it and may have been built again since. */
export const runtimeDifferences = (then: Pick<RunRecord, 'options'>, now: Pick<RunRecord, 'options'>): string[] => {
  const [was, is] = [then, now].map((run) => textOption(run, 'runcDigest'));
  return was === undefined || was === is
    ? []
    : [
        `Not as it was: ${textOption(now, 'runc')}, given with --runc, is another program (it was ${was}, and is ${is ?? 'gone'})`,
      ];
};

/** What of the machine is not as it was: a replay of something else proves little. */
export const machineDifferences = (then: MachineRecord | undefined, now: MachineRecord | undefined): string[] => {
  if (then === undefined || now === undefined) {
    return [];
  }
  const versions = Object.entries(then.versions).flatMap(([name, version]) =>
    isSame(name, version, now.versions[name] ?? '')
      ? []
      : [`Not as it was: ${name} was ${version}, and is ${now.versions[name] ?? 'gone'}`],
  );
  return then.image === now.image || versions.length > 0
    ? versions
    : [
        `Not as it was: the image was baked again since, from other material (${then.image.slice(0, 12)}, now ${now.image.slice(0, 12)})`,
      ];
};
