import {join} from 'node:path';
import {label, parameter} from 'allure-js-commons';
import type {ExpectStatic} from 'vitest';
import {attach} from '../../../vms/attach.ts';
import {PlumblineError} from '../../../vms/errors.ts';
import type {Machine} from '../../../vms/machine.ts';
import type {LevelContext, RunningWorkload} from '../../levels/level.ts';
import {levelByName} from '../../levels/level-by-name.ts';
import {checkReach, reachFailure} from '../../probe/reach.ts';
import {failureRecordOf} from '../../report/failure.ts';
import type {PlannedCell} from '../../report/progress.ts';
import type {CellRecord} from '../../report/run-record.ts';
import type {Scenario, ScenarioCell, ScenarioContext} from '../../scenario/definition.ts';
import {Steps} from '../../scenario/steps.ts';
import type {Lease, WorkerTask} from '../desk-protocol.ts';
import type {DeskClient} from './desk-client.ts';
import {expectNoResidue, stateBefore} from './clean-state.ts';

/** What a worker runs cells with. */
export interface WorkerContext {
  readonly task: WorkerTask;
  readonly desk: DeskClient;
  readonly expect: ExpectStatic;
  readonly signal: AbortSignal;
}

const CELL_DEADLINE_MS = 120_000;

/** Runs one cell from the lease of its machine to its residue check, and tells the desk. Throws the first failure. */
export const runCell = async (planned: PlannedCell, scenario: Scenario, context: WorkerContext): Promise<void> => {
  const {desk} = context;
  const startedAt = performance.now();
  desk.tell({type: 'cell-started', cell: planned.name});
  const result: CellResult = {steps: [], reach: [], failures: [], knownResidue: [], errors: [], wasRun: false};
  try {
    await describe(planned);
    const lease = await desk.lease(planned.runtimeSet);
    result.wasRun = true;
    let isClean = false;
    try {
      isClean = await runOnMachine(planned, scenario, lease, context, result);
    } finally {
      await desk.release({id: lease.reference.id, dirty: !isClean});
    }
  } catch (error) {
    fail(result, error);
  }
  const {steps, reach, failures, knownResidue, imageDigest} = result;
  const status = failures.length === 0 ? 'passed' : result.wasRun ? 'failed' : 'not-run';
  const record: CellRecord = {
    ...planned,
    status,
    durationMs: performance.now() - startedAt,
    steps,
    reach,
    failures,
    knownResidue,
    ...(imageDigest !== undefined && {imageDigest}),
  };
  desk.tell({type: 'cell-ended', cell: record});
  await desk.flush();
  if (result.errors.length > 0) {
    throw result.errors[0];
  }
};

interface CellResult extends Pick<CellRecord, 'steps' | 'reach' | 'failures' | 'knownResidue'> {
  readonly errors: unknown[];
  imageDigest?: string;
  wasRun: boolean;
}

const fail = (result: CellResult, error: unknown, evidence: readonly string[] = []): void => {
  result.errors.push(error);
  result.failures.push(failureRecordOf(error, evidence));
};

const describe = async ({level, network, runtimeSet}: PlannedCell): Promise<void> => {
  await label('layer', level);
  await parameter('level', level);
  await parameter('network', network);
  await parameter('runtime set', runtimeSet);
};

/** Runs the cell on a leased machine; returns whether the machine is as it was before. */
const runOnMachine = async (
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

interface Running extends LevelContext {
  readonly expect: ExpectStatic;
  readonly lease: Lease;
  readonly result: CellResult;
  /** What has to be undone, in the order it was done. */
  readonly started: AsyncDisposable[];
  readonly start: () => Promise<RunningWorkload>;
}

const runScenario = async (
  {body, workload}: Scenario,
  {level, reach}: ScenarioCell,
  context: Running,
): Promise<void> => {
  const {machine, steps, expect, signal, result, started, start} = context;
  const defer = (action: () => Promise<unknown>): void =>
    void started.push({[Symbol.asyncDispose]: async () => void (await action())});
  const forBody: ScenarioContext = {
    machine,
    level,
    workload,
    expect,
    signal,
    step: (title, action) => steps.step(title, action),
    defer,
  };
  if (body.kind === 'walkthrough') {
    await body.steps(forBody);
    return;
  }
  const running = await start();
  expectImage(running, context);
  await steps.step('probe from every vantage', async () => {
    result.reach.push(...(await checkReach({...context, running}, reach)));
    const failure = reachFailure(result.reach);
    if (failure !== undefined) {
      throw failure;
    }
  });
  await body.check?.({...forBody, running, start});
};

/** What runs must be the image that was baked: a level that ran another one proves nothing. */
const expectImage = ({imageDigest}: RunningWorkload, {lease, workload, result}: Running): void => {
  result.imageDigest = imageDigest;
  const expected = lease.imageDigests[workload.image.name];
  if (imageDigest !== expected) {
    throw new PlumblineError(
      'runtime',
      `Cannot accept the image of "${workload.name}": its manifest is "${imageDigest}", and must be "${expected}"`,
      {
        expected: expected ?? 'a baked image',
        seen: imageDigest || 'no digest',
      },
    );
  }
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
