import {join, relative} from 'node:path';
import {attach} from '../../../vms/attach.ts';
import {PlumblineError} from '../../../vms/errors.ts';
import {watchCell, type CellWatch} from '../../evidence/cell-watch.ts';
import {gatherEvidence} from '../../evidence/evidence.ts';
import type {LevelContext, RunningWorkload} from '../../levels/level.ts';
import {levelByName} from '../../levels/level-by-name.ts';
import {fileNameOf} from '../../report/file-name.ts';
import type {PlannedCell} from '../../report/progress.ts';
import type {StepRecord} from '../../report/run-record.ts';
import type {Scenario} from '../../scenario/definition.ts';
import {Steps} from '../../scenario/steps.ts';
import type {Inventory} from '../../teardown/thing.ts';
import type {Lease, WorkerTask} from '../desk-protocol.ts';
import {describeCommand} from './allure-command.ts';
import {CellPause} from './cell-pause.ts';
import {fail, type CellResult} from './cell-result.ts';
import {expectNoResidue, stateBefore} from './clean-state.ts';
import {removeAll} from './removal.ts';
import {runScenario} from './scenario-run.ts';
import {SoftErrors} from './soft-errors.ts';
import {unlessAborted} from './unless-aborted.ts';
import type {WorkerContext} from './worker-context.ts';

const REMOVAL_DEADLINE_MS = 30_000;

/** Runs the cell on a leased machine; returns whether the machine is as it was before. */
export const runOnMachine = async (
  planned: PlannedCell,
  scenario: Scenario,
  lease: Lease,
  context: WorkerContext,
  result: CellResult,
): Promise<boolean> => {
  let isOver = false;
  // A command of a cell that was given up may end when the next one runs.
  const watch = await watchCell(attach(lease.reference), (command) => isOver || describeCommand(command));
  try {
    return await runWatched(planned, scenario, {...context, lease, watch}, result);
  } finally {
    isOver = true;
  }
};

interface WatchedContext extends WorkerContext {
  readonly lease: Lease;
  readonly watch: CellWatch;
}

const runWatched = async (
  planned: PlannedCell,
  scenario: Scenario,
  {task, desk, expect, signal: testSignal, softErrors, lease, watch}: WatchedContext,
  result: CellResult,
): Promise<boolean> => {
  const {machine} = watch;
  const deadlineMs = task.cellDeadlineMs * machine.traits.slowness;
  const overdue = AbortSignal.timeout(deadlineMs);
  const signal = AbortSignal.any([testSignal, overdue]);
  const pause = new CellPause(task.pause?.cell === planned.name ? task.pause : undefined, (where) =>
    desk.pause({machine: lease.reference, where}),
  );
  const steps = new Steps(
    planned.name,
    task.runStartedAt,
    (event) => desk.tell(event),
    (title) => pause.beforeStep(title),
  );
  // One array, filled by the steps as they end: a failure in the middle leaves what was done so far.
  result.steps = steps.records;
  const level = levelByName[planned.level];
  const {workload} = scenario;
  const context: LevelContext = {
    machine,
    workload,
    network: planned.network,
    ociRuntime: task.ociRuntime,
    steps,
    scratch: task.scratch,
    signal,
    versions: lease.versions,
  };
  const entry = scenario.cells.find((cell) => cell.level === planned.level && cell.network === planned.network);
  if (entry === undefined) {
    throw new PlumblineError('harness', `Cannot run "${planned.name}": its scenario has no such cell any more`);
  }
  const soft = new SoftErrors(softErrors);
  const started: AsyncDisposable[] = [];
  let current: RunningWorkload | undefined;
  /** The first failure is looked into, before anything is removed; others follow from it. */
  const failWithEvidence = async (error: unknown): Promise<void> => {
    if (result.failures.length > 0) {
      fail(result, error);
      return;
    }
    const gathered = await steps.step('collect evidence', () =>
      gatherEvidence({
        error,
        cell: planned,
        watch,
        workload,
        network: planned.network,
        running: current,
        reach: result.reach,
        steps: steps.records,
        runStartedAt: task.runStartedAt,
        manifest: manifestOf(planned, lease, result, task),
        folder: evidenceFolder(task, planned),
      }),
    );
    const files = gathered.files.map((file) => relative(task.folder, file));
    fail(result, gathered.error, files);
  };
  /** Whether somebody wants to see the machine as the failure has left it; it is dirty then. */
  const isKept = async (): Promise<boolean> => {
    const kept = await desk.keep({id: lease.reference.id, cell: planned.name});
    if (kept) {
      watch.letGo();
    }
    return kept;
  };
  /** Whether a person who replays the cell wants the machine as the failure has left it. */
  const isLeft = async (error: unknown): Promise<boolean> => {
    await pause.afterFailure();
    if (pause.isLeft) {
      result.wasRun = false;
      fail(result, error);
      watch.letGo();
    }
    return pause.isLeft;
  };
  let before: Inventory | undefined;
  try {
    before = await steps.step('list what the machine holds', () => stateBefore(machine, signal));
    const running = runScenario(scenario, entry, {
      ...context,
      before,
      expect,
      lease,
      result,
      started,
      start: async () => {
        signal.throwIfAborted(); // A cell that was given up goes on by itself, and must not start anything beside the next one.
        current = undefined; // What is started again was removed before.
        current = await level.start(context);
        started.push(current);
        return current;
      },
    });
    await unlessAborted(running, signal);
    soft.throwNew();
  } catch (error) {
    const open = steps.abandon();
    if (testSignal.aborted) {
      // The machine is thrown away with everything in it: nothing is to be gained from tidying up first.
      result.wasRun = false;
      fail(result, new PlumblineError('harness', 'Interrupted before its end'));
      return false;
    }
    if (await isLeft(error)) {
      return false;
    }
    await failWithEvidence(soft.before(overdue.aborted ? overdueFailure(planned, open, deadlineMs) : error));
    if (await isKept()) {
      return false;
    }
  }
  const removalMs = Math.min(REMOVAL_DEADLINE_MS * machine.traits.slowness, deadlineMs);
  const isGone = await removeAll(started, removalMs, steps, failWithEvidence);
  try {
    soft.throwNew(); // Of what the scenario does to remove things.
  } catch (error) {
    await failWithEvidence(error);
  }
  if (!isGone) {
    await pause.afterFailure();
  }
  const wasGivenUp = overdue.aborted && result.failures.length > 0;
  if (!isGone || wasGivenUp || before === undefined || pause.hasStopped) {
    await isKept();
    // Dirty without looking: what could not be removed is there, what was given up may still be at work, and what a person did is no fault.
    return false;
  }
  const held = before;
  try {
    const known = await steps.step('check that nothing is left', () =>
      expectNoResidue(machine, held, {knownResidue: lease.knownResidue, hasFailed: result.failures.length > 0}),
    );
    result.knownResidue = known.map(({sentence}) => sentence);
    return true;
  } catch (error) {
    if (await isLeft(error)) {
      return false;
    }
    await failWithEvidence(error);
    await isKept();
    return false;
  }
};

const overdueFailure = ({name}: PlannedCell, open: Pick<StepRecord, 'title' | 'command'> | undefined, ms: number) =>
  new PlumblineError(
    'runtime',
    `Cannot finish "${open?.title ?? name}": the cell has not ended within ${ms / 1000} s`,
    {
      ...(open?.command && {command: open.command}),
      expected: `an end within ${ms / 1000} s`,
      seen: 'it goes on',
    },
  );

/** What exactly was run, so that it can be run again. */
const manifestOf = (
  planned: PlannedCell,
  {reference, versions, imageDigests}: Lease,
  {imageDigest}: CellResult,
  {ociRuntime}: WorkerTask,
): Readonly<Record<string, unknown>> => ({
  cell: planned,
  machine: reference.id,
  traits: reference.traits,
  versions,
  imageDigests,
  ...(imageDigest !== undefined && {imageDigest}),
  ...(ociRuntime !== undefined && {ociRuntime}),
});

const evidenceFolder = ({folder}: WorkerTask, {name}: PlannedCell): string =>
  join(folder, 'evidence', fileNameOf(name).replace(/-$/, ''));
