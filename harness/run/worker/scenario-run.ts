import type {ExpectStatic} from 'vitest';
import {PlumblineError} from '../../../vms/errors.ts';
import {refuseDead, unlessDead} from '../../levels/dead-workload.ts';
import type {LevelContext, RunningWorkload} from '../../levels/level.ts';
import {observeEnding} from '../../observe/ending.ts';
import {observeExec} from '../../observe/exec.ts';
import type {Observation} from '../../observe/fact.ts';
import {observeCell, sorted} from '../../observe/observe-cell.ts';
import {checkReach, reachFailure} from '../../probe/reach.ts';
import type {TruthEntry} from '../../probe/truth-table.ts';
import type {ReachRecord} from '../../report/run-record.ts';
import type {Scenario, ScenarioCell, ScenarioContext} from '../../scenario/definition.ts';
import {eventuallyOn} from '../../scenario/eventually.ts';
import {commandTitle} from '../../scenario/steps.ts';
import type {Inventory} from '../../teardown/thing.ts';
import type {Lease} from '../desk-protocol.ts';
import type {CellResult} from './cell-result.ts';

/** What a scenario is run with. */
export interface ScenarioRun extends LevelContext {
  /** What the machine held before. */
  readonly before: Inventory;
  readonly expect: ExpectStatic;
  readonly lease: Lease;
  readonly result: CellResult;
  /** What has to be undone, in the order it was done. */
  readonly started: AsyncDisposable[];
  readonly start: () => Promise<RunningWorkload>;
}

/** Starts what the scenario is about, checks its truth table, looks at what was built, and runs what else the scenario checks. */
export const runScenario = async (
  {body, workload}: Scenario,
  {level, reach}: ScenarioCell,
  context: ScenarioRun,
): Promise<void> => {
  const {machine, steps, expect, signal, lease, result, started, start} = context;
  const defer = (action: () => Promise<unknown>): void =>
    void started.push({[Symbol.asyncDispose]: async () => void (await action())});
  const forBody: ScenarioContext = {
    machine,
    level,
    workload,
    versions: lease.versions,
    runc: context.ociRuntime ?? 'runc',
    expect,
    eventually: eventuallyOn(machine, expect),
    signal,
    step: (title, action) => steps.step(title, action),
    run: (argv, options) => steps.step(commandTitle(argv), () => machine.exec(argv, {signal, ...options}), argv),
    record: (path, value) => result.recorded.record(path, value),
    tally: (path, hits, of) => result.recorded.tally(path, hits, of),
    defer,
  };
  if (body.kind === 'walkthrough') {
    await body.steps(forBody);
    return;
  }
  await body.prepare?.(forBody);
  const running = await start();
  expectImage(running, context);
  const probeAll = async (of: RunningWorkload, withinMs?: number): Promise<ReachRecord[]> =>
    reach.length === 0
      ? []
      : steps.step('probe from every vantage', () => checkReach({...context, running: of}, reach, withinMs));
  if (reach.length === 0) {
    // What is still on its way up has other processes and descriptors than a moment later.
    await steps.step('wait until it answers', async () => judge(await checkReach({...context, running}, [ITSELF])));
  }
  result.reach = await probeAll(running);
  // Before the table is judged: where it does not hold, what was built is what explains it.
  await steps.step('look at what was built', async () => {
    result.observation = await observeCell({...context, running, level, reach: result.reach}, {signal});
  });
  if (reach.length > 0) {
    await steps.step('judge the truth table', () => judge(result.reach));
  }
  const expectReach = async (of = running, withinMs?: number): Promise<void> => {
    const again = await probeAll(of, withinMs);
    // What is shown is what did not hold; as long as all holds, the first times are those of a fresh workload.
    result.reach = again.every(({held}) => held) ? result.reach : again;
    await judge(again);
  };
  const see = ({facts, measurements}: Observation): void => {
    const {observation} = result;
    result.observation = {
      facts: sorted({...observation?.facts, ...facts}),
      measurements: sorted({...observation?.measurements, ...measurements}),
    };
  };
  await steps.step('run commands beside it', async () => {
    const watch = {...context, running};
    const action = `go on with "${running.name}"`;
    // dockerd refuses whatever comes after the command beside which the workload died.
    const {outputLost, ...seen} = await unlessDead(watch, action, () => observeExec(running));
    see(seen);
    result.recorded.tally('lifecycle.exec.outputLost', outputLost.hits, outputLost.of);
    // Below docker a runtime that lets the workload die beside them says so with exit codes alone.
    await refuseDead(watch, action, 'commands beside it were run');
  });
  await body.check?.({...forBody, running, start, expectReach});
  if (body.check === undefined) {
    await steps.step('watch its end', async () => see(await observeEnding({...context, level, running})));
  }
};

/** What every workload answers as soon as it is up. */
const ITSELF: TruthEntry = {route: 'loopback', vantage: 'container', expected: 'answers'};

const judge = (records: readonly ReachRecord[]): Promise<void> => {
  const failure = reachFailure(records);
  return failure === undefined ? Promise.resolve() : Promise.reject(failure);
};

/** What runs must be the image that was baked: a level that ran another one proves nothing. */
const expectImage = ({imageDigest}: RunningWorkload, {lease, workload, result}: ScenarioRun): void => {
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
