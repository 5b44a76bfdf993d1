import {mkdir, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {Ledger} from '../../vms/ledger/ledger.ts';
import type {LedgerEntry} from '../../vms/ledger/ledger-entry.ts';
import {notRemoved, sweep, undo} from '../../vms/ledger/sweep.ts';
import type {MachineFile, Provider} from '../../vms/machine.ts';
import type {RuntimeSet} from '../../vms/runtimes/runtime-set.ts';
import {socketFolder} from '../../vms/socket-folder.ts';
import {stateFolder} from '../../vms/state.ts';
import {writePages} from '../page/write-pages.ts';
import {exitCodeOf, failureRecordOf, flattened} from '../report/failure.ts';
import {recordHost} from '../report/host-record.ts';
import {pointLatestAt} from '../report/latest-run.ts';
import type {PlannedCell, ProgressListener} from '../report/progress.ts';
import {writeRun} from '../report/run-file.ts';
import {runArgument} from '../report/run-argument.ts';
import {RUN_SCHEMA_VERSION, type CellRecord, type FailureRecord, type RunRecord} from '../report/run-record.ts';
import {shownPath} from '../report/shown-path.ts';
import {makeFolder} from '../../vms/make-folder.ts';
import {written} from '../report/written.ts';
import type {LoadedScenario} from '../scenario/load.ts';
import {openDesk} from './desk.ts';
import {runLanes, type LaneContext} from './lane-run.ts';
import {lanesOf} from './lanes.ts';
import {withComplaints} from './complaints.ts';
import {watchHost} from './host-watch.ts';
import {cellNotRun} from './cell-not-run.ts';
import {blockedCell, Pulses} from './pulses.ts';
import {MachinePool, type KeepMachines} from './machine-pool.ts';
import type {Interruption} from './interruption.ts';
import type {AfterPause, Paused, PausePoint} from './pause.ts';

/** What is to be run, and how. */
export interface RunOptions {
  readonly id: string;
  readonly root: string;
  readonly scenarios: readonly LoadedScenario[];
  readonly cells: readonly PlannedCell[];
  readonly provider: Provider;
  /** Put into every machine before its daemons start. */
  readonly files: readonly MachineFile[];
  /** Path in the machine of the OCI runtime to use at every level. */
  readonly ociRuntime: string | undefined;
  /** Versions that machines must have where those of their runtime set are not meant, as after an upgrade of one component. */
  readonly expectedVersions?: RuntimeSet['versions'];
  readonly pull: boolean;
  readonly keep: KeepMachines;
  /** A cell that takes longer is given up; multiplied by the slowness of its machine. */
  readonly cellDeadlineMs: number;
  /** The thread of a cell that holds it for longer is ended; multiplied likewise. By itself as long as a cell may take. */
  readonly threadDeadlineMs?: number;
  /** How long a cell took before, in milliseconds, where that is known: what runs side by side ends at about the same time then. */
  readonly durationOf?: ((cell: PlannedCell) => number | undefined) | undefined;
  /** At most so many machines at once. */
  readonly machinesAtOnce: number;
  /** Folder in which the run gets one of its own. */
  readonly reports: string;
  /** The folder that paths are shown from. */
  readonly calledFrom: string;
  /** Which part of a plan the cells are. */
  readonly shard?: RunRecord['shard'];
  /** Sentences for the head of the run. */
  readonly notes: readonly string[];
  /** Recorded as given. */
  readonly asked: Readonly<Record<string, unknown>>;
  readonly listener: ProgressListener;
  readonly interruption: Interruption;
  /** A cell to stop, and what is done meanwhile. */
  readonly pause?: {readonly point: PausePoint; readonly onPause: (paused: Paused) => Promise<AfterPause>};
  readonly toolVersion: string;
}

/**
 * Runs the plan, tears everything down, and writes the reports. Does not throw for what goes wrong in a run: the record says it. Throws
 * `UsageError` when the record can not be written.
 */
export const run = async (options: RunOptions): Promise<RunRecord> => {
  const startedAt = performance.timeOrigin + performance.now();
  const folder = join(options.reports, options.id);
  await written('reports', folder, async () => makeFolder(folder));
  const {failures, machines, cells} = await runCells(options, startedAt, folder);
  const record: RunRecord = {
    schemaVersion: RUN_SCHEMA_VERSION,
    id: options.id,
    startedAt: new Date(startedAt).toISOString(),
    durationMs: performance.timeOrigin + performance.now() - startedAt,
    command: process.argv.slice(2),
    tool: {version: options.toolVersion, node: process.version},
    host: await recordHost(),
    options: {...options.asked},
    ...(options.shard && {shard: options.shard}),
    exitCode: options.interruption.exitCode ?? exitCodeOf([...failures, ...cells.flatMap((cell) => cell.failures)]),
    failures,
    steps: [],
    machines,
    cells,
  };
  try {
    for (const sentence of await writeReports(folder, record, options)) {
      options.listener({type: 'note', sentence});
    }
  } finally {
    // What came of the run is told also where no report can say it.
    options.listener({type: 'finished', run: record, folder: shownPath(folder, options.calledFrom)});
  }
  return record;
};

/** Returns sentences for what people can not read of it. Throws `UsageError` when the file system does not take the record itself. */
const writeReports = async (folder: string, record: RunRecord, {root, reports}: RunOptions): Promise<string[]> =>
  written('reports', folder, async () => {
    await writeRun(folder, record);
    // Loaded here and not above, since the machine waits for what is.
    const {junitXml} = await import('../report/junit.ts');
    await writeFile(join(folder, 'junit.xml'), junitXml(record));
    const problems = [await writePages(folder, record, root), await pointLatestAt(reports, record.id)];
    return problems.filter((one) => one !== undefined);
  });

type Outcome = Pick<RunRecord, 'failures' | 'machines' | 'cells'>;

const runCells = async (options: RunOptions, startedAt: number, folder: string): Promise<Outcome> => {
  const {id, cells, provider, notes, interruption} = options;
  const ended = new Map<string, CellRecord>();
  const failures: FailureRecord[] = [];
  const listener: ProgressListener = (event) => {
    if (event.type === 'cell-ended') {
      ended.set(event.cell.name, event.cell);
    }
    options.listener(event);
  };
  listener({
    type: 'planned',
    runId: id,
    cells,
    notes,
    provider: provider.name,
    folder: shownPath(folder, options.calledFrom),
  });
  const host = watchHost(id);
  let machines: RunRecord['machines'] = [];
  try {
    for (const sentence of notRemoved(await sweep({kept: false}))) listener({type: 'note', sentence});
    await using ledger = await Ledger.start(id);
    await using own = await makeFolderOfRun(ledger, id);
    await using folders = new AsyncDisposableStack();
    const scratch = await socketFolder(own.path, ledger, folders);
    await using pool = new MachinePool({
      ...options,
      runId: id,
      runArgument: runArgument(id, options.reports, options.root),
      runStartedAt: startedAt,
      recipes: recipesOf(options),
      ledger,
      listener,
      signal: interruption.signal,
    });
    machines = pool.records;
    using pulses = new Pulses();
    const desk = join(scratch, 'desk.sock');
    await using _desk = await openDesk(desk, pool, pulses, listener, async (paused) => {
      const afterwards = (await options.pause?.onPause(paused)) ?? 'go on';
      if (afterwards === 'leave') pool.leave({id: paused.machine.id, cell: options.pause?.point.cell ?? ''});
      return afterwards;
    });
    const task: LaneContext['task'] = {
      desk,
      root: options.root,
      runStartedAt: startedAt,
      folder,
      scratch,
      ociRuntime: options.ociRuntime,
      cellDeadlineMs: options.cellDeadlineMs,
      threadDeadlineMs: options.threadDeadlineMs ?? options.cellDeadlineMs,
      ...(options.pause && {pause: options.pause.point}),
    };
    const lanes = lanesOf(cells, options.machinesAtOnce, options.durationOf);
    const {errors, complaints} = await runLanes(lanes, options.machinesAtOnce, {
      task,
      pool,
      interruption,
      pulses,
      onBlocked: (blocked) => {
        pool.keepAsItIs({id: blocked.machine, cell: blocked.cell});
        const cell = cells.find(({name}) => name === blocked.cell);
        if (cell !== undefined) listener({type: 'cell-ended', cell: blockedCell(cell, blocked)});
      },
      hasEnded: ({name}) => ended.has(name),
    });
    for (const cell of withComplaints([...ended.values()], complaints)) listener({type: 'cell-ended', cell});
    if (interruption.exitCode === undefined) {
      failures.push(...errors.flatMap(flattened).map((one) => failureRecordOf(one)));
    }
  } catch (error) {
    // What was told to end has nothing to say; what could not be thrown away has.
    const thrown = flattened(error).filter((one) => one !== interruption.signal.reason);
    failures.push(...thrown.map((one) => failureRecordOf(one)));
  }
  failures.push(...interruption.strayErrors.map((error) => failureRecordOf(error)));
  if (machines.every(({kept}) => !kept)) {
    failures.push(...host.residue().map((residue) => failureRecordOf(residue)));
  }
  return {
    failures,
    machines,
    cells: cells.map((cell) => ended.get(cell.name) ?? cellNotRun(cell, interruption.signal, failures)),
  };
};

/** The folder of this run's machines. */
const makeFolderOfRun = async (ledger: Ledger, runId: string): Promise<AsyncDisposable & {readonly path: string}> => {
  const path = stateFolder('runs', runId);
  const entry: LedgerEntry = {kind: 'folder', path};
  ledger.record(entry);
  await mkdir(path, {recursive: true, mode: 0o700});
  return {
    path,
    [Symbol.asyncDispose]: async () => {
      if (ledger.isKept) {
        return; // A kept machine has its own folder in it.
      }
      await undo(entry);
      ledger.settle(entry);
    },
  };
};

const recipesOf = ({scenarios, cells}: RunOptions) => {
  const wanted = new Set(cells.map(({file, scenario}) => `${file}\n${scenario}`));
  const images = scenarios
    .filter(({file, title}) => wanted.has(`${file}\n${title}`))
    .map(({workload}) => workload.image);
  return [...new Map(images.map((image) => [image.name, image])).values()];
};
