import {join} from 'node:path';
import {attach} from '../../../vms/attach.ts';
import {PlumblineError} from '../../../vms/errors.ts';
import type {Machine} from '../../../vms/machine.ts';
import type {LevelContext, RunningWorkload} from '../../levels/level.ts';
import {levelByName} from '../../levels/level-by-name.ts';
import type {PlannedCell} from '../../report/progress.ts';
import type {StepRecord} from '../../report/run-record.ts';
import type {Scenario} from '../../scenario/definition.ts';
import {Steps} from '../../scenario/steps.ts';
import type {Inventory} from '../../teardown/thing.ts';
import type {Lease, WorkerTask} from '../desk-protocol.ts';
import {fail, type CellResult} from './cell-result.ts';
import {expectNoResidue, stateBefore} from './clean-state.ts';
import {removeAll} from './removal.ts';
import {runScenario} from './scenario-run.ts';
import {unlessAborted} from './unless-aborted.ts';
import type {WorkerContext} from './worker-context.ts';

const REMOVAL_DEADLINE_MS = 30_000;

/** Runs the cell on a leased machine; returns whether the machine is as it was before. */
export const runOnMachine = async (
  planned: PlannedCell,
  scenario: Scenario,
  lease: Lease,
  {task, desk, expect, signal: testSignal}: WorkerContext,
  result: CellResult,
): Promise<boolean> => {
  const machine = attach(lease.reference);
  const deadlineMs = task.cellDeadlineMs * machine.traits.slowness;
  const overdue = AbortSignal.timeout(deadlineMs);
  const signal = AbortSignal.any([testSignal, overdue]);
  const steps = new Steps(planned.name, task.runStartedAt, (event) => desk.tell(event));
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
  };
  const entry = scenario.cells.find((cell) => cell.level === planned.level && cell.network === planned.network);
  if (entry === undefined) {
    throw new PlumblineError('harness', `Cannot run "${planned.name}": its scenario has no such cell any more`);
  }
  const started: AsyncDisposable[] = [];
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
      start: async () => remember(started, await level.start(context)),
    });
    await unlessAborted(running, signal);
  } catch (error) {
    const open = steps.abandon();
    if (testSignal.aborted) {
      // The machine is thrown away with everything in it: nothing is to be gained from tidying up first.
      result.wasRun = false;
      fail(result, new PlumblineError('harness', 'Interrupted before its end'));
      return false;
    }
    fail(
      result,
      overdue.aborted ? overdueFailure(planned, open, deadlineMs) : error,
      await collectEvidence(machine, task, planned),
    );
  }
  const removalMs = Math.min(REMOVAL_DEADLINE_MS * machine.traits.slowness, deadlineMs);
  const isGone = await removeAll(started, removalMs, steps, result);
  if (!isGone || overdue.aborted || before === undefined) {
    // Dirty without looking: what could not be removed is there, and what was given up may still be at work.
    return false;
  }
  const held = before;
  try {
    const known = await steps.step('check that nothing is left', () =>
      expectNoResidue(machine, held, lease.knownResidue),
    );
    result.knownResidue = known.map(({sentence}) => sentence);
    return true;
  } catch (error) {
    fail(result, error);
    return false;
  }
};

const remember = (started: AsyncDisposable[], running: RunningWorkload): RunningWorkload => {
  started.push(running);
  return running;
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

/** Keeps what explains a failure, as paths relative to the run's folder. Never hides the failure itself. */
const collectEvidence = async (machine: Machine, {folder}: WorkerTask, {name}: PlannedCell): Promise<string[]> => {
  const part = join('evidence', name.replaceAll(/[^\w.-]+/g, '-').replace(/-$/, ''));
  try {
    const files = await machine.evidence(join(folder, part));
    return files.map((file) => file.slice(folder.length + 1));
  } catch {
    return [];
  }
};
