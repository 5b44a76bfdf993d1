import type {Machine} from '../../vms/machine.ts';
import {outageOf, type Sample} from './outage.ts';
import type {Phase} from './package-upgrade.ts';
import type {ProbeTarget} from './prober.ts';
import type {StartedWorkload} from './running-workloads.ts';
import type {Ending} from './steady.ts';
import type {TargetRecord, UpgradedWorkloadRecord} from './upgrade-record.ts';
import {execProblem, readProcess, readView, type ProcessFacts, type RuntimeView} from './workload-state.ts';

/** What is known of a workload before it is removed. */
export type WorkloadFate = Omit<UpgradedWorkloadRecord, 'targets' | 'inherited'>;

/** Looks at what became of a workload in a machine that was upgraded. */
export const readFate = async (machine: Machine, {workload, before}: StartedWorkload): Promise<WorkloadFate> => {
  const {name, level, title, expected} = workload;
  const view = await readView(machine, workload);
  const old = await readProcess(machine, before.pid);
  const survived = old?.startTime === before.startTime;
  const after = survived ? old : view.pid === undefined ? undefined : await readProcess(machine, view.pid);
  const parent = after && (await parentOf(machine, after, view, survived));
  const problems = view.problem === undefined ? [] : [`The new version can not show it: ${view.problem}`];
  if (after !== undefined) {
    const problem = await execProblem(machine, workload);
    problems.push(...(problem === undefined ? [] : [`The new version can not run a command in it: ${problem}`]));
  }
  return {
    name,
    level,
    title,
    expected,
    before,
    ...(after && {after}),
    survived,
    restarts: survived ? 0 : Math.max(view.restarts ?? 0, after === undefined ? 0 : 1),
    ...(parent && {parent}),
    ...(view.status !== undefined && {status: view.status}),
    problems,
  };
};

const parentOf = async (
  machine: Machine,
  after: ProcessFacts,
  view: RuntimeView,
  survived: boolean,
): Promise<WorkloadFate['parent']> => {
  const process = await readProcess(machine, after.parent);
  return (
    process && {
      process,
      isShim: process.command.startsWith('containerd-shim'),
      isReplaced: process.program.endsWith(' (deleted)'),
      fate: survived ? (view.pid === after.pid ? 'adopted' : 'orphaned') : 'new',
    }
  );
};

/** What the requests to one target say; times count from the start of the upgrade. */
export const targetRecordOf = (
  {vantage, host, port}: ProbeTarget,
  samples: readonly Sample[],
  phases: readonly Phase[],
  ending: Ending,
): TargetRecord => {
  const startedMs = phases[0]?.fromMs ?? 0;
  const {gaps, ...outage} = outageOf(samples);
  return {
    vantage,
    url: `http://${host}:${port}`,
    ...outage,
    ending,
    gaps: gaps.map(({fromMs, toMs, ...gap}) => ({
      ...gap,
      fromMs: fromMs - startedMs,
      ...(toMs !== undefined && {toMs: toMs - startedMs}),
      during: phaseAt(phases, fromMs),
    })),
  };
};

const phaseAt = (phases: readonly Phase[], atMs: number): string => {
  // A request that was sent just before a phase began may be the first that it broke.
  const phase = phases.find(({fromMs, toMs}) => atMs >= fromMs - 20 && atMs <= toMs);
  return phase?.title ?? (atMs < (phases[0]?.fromMs ?? 0) ? 'before the upgrade' : 'after the upgrade');
};
