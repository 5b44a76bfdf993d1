import type {Acceleration} from '../../vms/machine.ts';
import {expectedDurations} from '../report/expected-durations.ts';
import type {ProgressListener} from '../report/progress.ts';
import {terminalReporter, type TerminalReporter} from '../report/terminal/reporter.ts';
import type {RunRecord} from '../report/run-record.ts';
import type {KeepMachines} from '../run/machine-pool.ts';
import type {AfterPause, Paused, PausePoint} from '../run/pause.ts';
import {bearableMachines} from './bearable-machines.ts';
import {callerPath} from '../report/caller-path.ts';
import {ociRuntime} from './oci-runtime.ts';
import {chooseProvider} from './provider-choice.ts';
import {runId} from './run-id.ts';
import {projectRoot, type Selected} from './selection.ts';

/** A run as the command line asks for it. */
export interface RunOrder extends Pick<Selected, 'scenarios' | 'cells'>, Partial<Pick<Selected, 'durationOf'>> {
  readonly shard?: Selected['shard'];
  /** Name of a provider, or `auto`. */
  readonly machine: string;
  /** OCI runtime for every level: a path of this host, or `crun`. */
  readonly runc?: string | undefined;
  readonly pull?: boolean | undefined;
  readonly keep: KeepMachines;
  readonly deadlineSeconds: number;
  readonly threadDeadlineSeconds?: number;
  /** At most so many machines at once; as many as this host bears where it is not said. */
  readonly machines?: number | undefined;
  /** How the processor of a machine is made; found out by trial where it is not said. */
  readonly accel?: Acceleration | undefined;
  /** Folder of reports, as the caller sees it. */
  readonly reports: string;
  /** Recorded as given, but for the path of an OCI runtime, by which a replay finds it again, and its digest, by which a merge knows it. */
  readonly asked: Readonly<Record<string, unknown>>;
  readonly notes?: readonly string[];
  /** Prints the record of the run instead of lines. */
  readonly json?: boolean | undefined;
  readonly pause?: {
    readonly point: PausePoint;
    readonly onPause: (paused: Paused, reporter: TerminalReporter) => Promise<AfterPause>;
  };
  readonly toolVersion: string;
}

/** What a cell may take where nobody says otherwise. */
export const DEFAULT_DEADLINE_SECONDS = 120;

/** Runs it, and draws it on the terminal. */
export const startRun = async (order: RunOrder): Promise<RunRecord> => {
  const {scenarios, cells, shard, durationOf, json, pause, toolVersion} = order;
  const runtime = order.runc === undefined ? undefined : await ociRuntime(order.runc);
  const {provider, notes} = await chooseProvider(order.machine, order.accel);
  const [{run}, {Interruption}] = await Promise.all([import('../run/run.ts'), import('../run/interruption.ts')]);
  using interruption = new Interruption();
  using reporter = await terminalReporter(json ? process.stderr : process.stdout, {
    expected: await expectedDurations(callerPath(order.reports)),
  });
  const listener: ProgressListener = (event) => {
    reporter(event);
    // Not what `run` returns: it returns nothing where the reports can not be written.
    if (json && event.type === 'finished') process.stdout.write(`${JSON.stringify(event.run, undefined, 2)}\n`);
  };
  const record = await run({
    id: runId(new Date()),
    root: projectRoot,
    scenarios,
    cells,
    ...(shard && {shard}),
    durationOf,
    provider,
    files: runtime?.files ?? [],
    ociRuntime: runtime?.path,
    pull: order.pull ?? false,
    keep: order.keep,
    machinesAtOnce: order.machines ?? (await bearableMachines(provider)),
    cellDeadlineMs: order.deadlineSeconds * 1000,
    ...(order.threadDeadlineSeconds !== undefined && {threadDeadlineMs: order.threadDeadlineSeconds * 1000}),
    reports: callerPath(order.reports),
    calledFrom: callerPath('.'),
    notes: [...notes, ...(order.notes ?? [])],
    asked: {...order.asked, ...(runtime && {runc: runtime.name, runcDigest: runtime.digest})},
    listener,
    interruption,
    ...(pause && {pause: {point: pause.point, onPause: (paused) => pause.onPause(paused, reporter)}}),
    toolVersion,
  });
  reporter.stop();
  return record;
};
