import {join} from 'node:path';
import {attach} from '../../../vms/attach.ts';
import {PlumblineError} from '../../../vms/errors.ts';
import type {Machine} from '../../../vms/machine.ts';
import type {LevelContext, RunningWorkload} from '../../levels/level.ts';
import {levelByName} from '../../levels/level-by-name.ts';
import type {PlannedCell} from '../../report/progress.ts';
import type {Scenario} from '../../scenario/definition.ts';
import {Steps} from '../../scenario/steps.ts';
import type {Lease, WorkerTask} from '../desk-protocol.ts';
import {fail, type CellResult} from './cell-result.ts';
import {expectNoResidue, stateBefore} from './clean-state.ts';
import {runScenario} from './scenario-run.ts';
import type {WorkerContext} from './worker-context.ts';

const CELL_DEADLINE_MS = 120_000;

/** Runs the cell on a leased machine; returns whether the machine is as it was before. */
export const runOnMachine = async (
  planned: PlannedCell,
  scenario: Scenario,
  lease: Lease,
  {task, desk, expect, signal: testSignal}: WorkerContext,
  result: CellResult,
): Promise<boolean> => {
  const machine = attach(lease.reference);
  const signal = AbortSignal.any([testSignal, AbortSignal.timeout(CELL_DEADLINE_MS * machine.traits.slowness)]);
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
  const before = await steps.step('list what the machine holds', () => stateBefore(machine, signal));
  const started: AsyncDisposable[] = [];
  try {
    await runScenario(scenario, entry, {
      ...context,
      before,
      expect,
      lease,
      result,
      started,
      start: async () => remember(started, await level.start(context)),
    });
  } catch (error) {
    fail(result, error, await collectEvidence(machine, task, planned, testSignal));
  }
  await dispose(started, steps, result);
  try {
    const known = await steps.step('check that nothing is left', () =>
      expectNoResidue(machine, before, lease.knownResidue),
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

const dispose = async (started: readonly AsyncDisposable[], steps: Steps, result: CellResult): Promise<void> => {
  for (const running of started.toReversed()) {
    try {
      await steps.step('remove what was made', async () => running[Symbol.asyncDispose]());
    } catch (error) {
      fail(result, error);
    }
  }
};

/** Keeps what explains a failure, as paths relative to the run's folder. Never hides the failure itself. */
const collectEvidence = async (
  machine: Machine,
  {folder}: WorkerTask,
  {name}: PlannedCell,
  signal: AbortSignal,
): Promise<string[]> => {
  if (signal.aborted) {
    return [];
  }
  const part = join('evidence', name.replaceAll(/[^\w.-]+/g, '-'));
  try {
    const files = await machine.evidence(join(folder, part));
    return files.map((file) => file.slice(folder.length + 1));
  } catch {
    return [];
  }
};
