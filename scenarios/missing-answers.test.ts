import {expect, test, vi} from 'vitest';
import {failureRecordOf} from '../harness/report/failure.ts';
import type {RunningContext, Scenario} from '../harness/scenario/definition.ts';
import {collectInto} from '../harness/scenario/scenario.ts';
import {nginx} from './workloads/nginx.ts';

const scenarios = new Map<string, Scenario>();
collectInto({add: (scenario) => void scenarios.set(scenario.title, scenario)});
await import('./mounts.scenario.ts');
await import('./inspector.scenario.ts');

/** Runs a scenario's own steps where commands print `stdout` and the workload has written `logs`; returns what it fails with. */
const failureOf = async (title: string, {stdout = '', logs = ''}, record = vi.fn<RunningContext['record']>()) => {
  const said = () => Promise.resolve(logs);
  const context = {
    level: 'ctr',
    workload: nginx,
    machine: {exec: async () => ({exitCode: 0, stdout, stderr: ''}), succeed: async () => stdout},
    running: {logs: said},
    eventually: () => ({toMatch: said}),
    step: (_title: string, action: () => Promise<unknown>) => action(),
    record,
    tally: () => undefined,
    expect,
  } as unknown as RunningContext;
  const body = scenarios.get(title)?.body;
  const run = body?.kind === 'walkthrough' ? body.steps(context) : body?.check?.(context);
  return failureRecordOf(
    await Promise.resolve(run).then(
      () => undefined,
      (error: unknown) => error,
    ),
  );
};

test('a mount that is not there is a check that failed, and is counted', async () => {
  const record = vi.fn<RunningContext['record']>();
  const stdout = '24 1 0:1 / / rw - overlay overlay rw\n';
  expect(await failureOf('a mount on a place that has one by default', {stdout}, record)).toMatchObject({
    class: 'runtime',
    seen: 'no mount',
  });
  expect(record).toHaveBeenCalledWith('isolation.mountOnDefault.count', 0);
});

test('a device of which an inspector says nothing is a check that failed', async () => {
  const logs = 'paths./proc/sys/kernel/core_pattern\tread EROFS\ndevices.made.null\topened\nready\n';
  expect(await failureOf('shows from inside what it may do', {logs})).toMatchObject({
    class: 'runtime',
    seen: 'no answer',
  });
});
