import {setTimeout} from 'node:timers/promises';
import {PlumblineError} from '../../vms/errors.ts';
import type {Machine} from '../../vms/machine.ts';
import {makeBundle} from '../levels/runc.ts';
import {makeNetns, removeNetns} from '../network/netns.ts';
import {Steps} from '../scenario/steps.ts';
import type {Workload} from '../scenario/workload.ts';
import type {UpgradeWorkload} from './upgrade-workload.ts';
import {bundleOf, removeArgvs, startArgv} from './workload-commands.ts';
import {readProcess, readView, type ProcessFacts} from './workload-state.ts';

/** A workload that was started, with what its init was then. */
export interface StartedWorkload {
  readonly workload: UpgradeWorkload;
  readonly before: ProcessFacts;
}

/** What the workloads are started with. */
export interface StartContext {
  readonly machine: Machine;
  readonly workload: Workload;
  readonly steps: Steps;
  readonly signal: AbortSignal;
}

const RUNNING_DEADLINE_MS = 20_000;

/** Starts workloads one after another. Throws a {@link PlumblineError} when one does not run; the machine is thrown away then. */
export const startWorkloads = async (
  workloads: readonly UpgradeWorkload[],
  context: StartContext,
): Promise<StartedWorkload[]> => {
  const started = [];
  for (const workload of workloads) {
    started.push(
      await context.steps.step(`start ${workload.title}`, () => start(workload, context), startArgv(workload)),
    );
  }
  return started;
};

const start = async (
  workload: UpgradeWorkload,
  {machine, workload: definition, signal}: StartContext,
): Promise<StartedWorkload> => {
  // The start is one step; its parts are not told.
  const quiet = new Steps(workload.name, 0, () => undefined);
  if (workload.netns !== undefined) {
    await makeNetns(machine, quiet, workload.netns);
  }
  if (workload.level === 'runc') {
    const netns = `/run/netns/${workload.netns?.name}`;
    await makeBundle({machine, steps: quiet, workload: definition}, 'runc', bundleOf(workload), netns);
  }
  await machine.succeed(startArgv(workload), {signal});
  const deadline = performance.now() + RUNNING_DEADLINE_MS * machine.traits.slowness;
  for (;;) {
    const {status, pid, problem} = await readView(machine, workload);
    const before = status === 'running' && pid !== undefined ? await readProcess(machine, pid) : undefined;
    if (before !== undefined) {
      return {workload, before};
    }
    if (performance.now() > deadline) {
      throw new PlumblineError(
        'runtime',
        `Cannot start "${workload.name}": its runtime calls it ${status ?? problem ?? 'unknown'}`,
      );
    }
    await setTimeout(50, undefined, {signal});
  }
};

/**
 * Removes workloads and what was made for them, with the runtimes that the machine has now. Returns, by name, what a runtime said that
 * could not.
 */
export const removeWorkloads = async (
  machine: Machine,
  workloads: readonly UpgradeWorkload[],
): Promise<ReadonlyMap<string, string>> => {
  const problems = new Map<string, string>();
  for (const workload of workloads) {
    for (const argv of removeArgvs(workload)) {
      const {exitCode, stderr} = await machine.exec(argv);
      if (exitCode !== 0 && !problems.has(workload.name)) {
        problems.set(workload.name, stderr.trim().split('\n').at(-1) || `exit code ${exitCode}`);
      }
    }
    if (workload.netns !== undefined) {
      await removeNetns(machine, workload.netns);
    }
  }
  await machine.exec(['rm', '-rf', '/var/lib/plumbline']);
  return problems;
};
