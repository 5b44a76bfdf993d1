import {compareRuns} from '../compare/comparison.ts';
import type {Difference} from '../compare/difference.ts';
import {loadRun} from '../compare/loaded-run.ts';
import {matchesGlob} from '../observe/glob.ts';
import {pointLatestAt} from '../report/latest-run.ts';
import type {FailureRecord} from '../report/run-record.ts';
import {run} from '../run/run.ts';
import {bisect, type BisectedDifference, type BisectionStep, type Suspect} from './bisection.ts';
import {components, componentsIn, versionsAfter, type Component} from './component.ts';
import {withKernelOf} from './kernel-provider.ts';
import {freshFailures} from './upgrade-failures.ts';
import {bakeEnds, openMaterial, requirePackages, type UpgradeImages} from './upgrade-material.ts';
import type {RunOptions} from '../run/run.ts';
import {runOptionsOf, setOfUpgraded, type UpgradePlan} from './upgrade-plan.ts';
import {upgradedProvider} from './upgraded-provider.ts';

/** What a bisection found out. Plain JSON. */
export interface BisectRecord {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  /** What changed in the machine of each upgrade: a package may need a newer one of another component. */
  readonly steps: readonly (readonly Suspect[])[];
  /** What they bring by themselves is unknown: their own step failed. */
  readonly unknown: readonly Suspect[];
  readonly differences: readonly BisectedDifference[];
  /** What kept a run from its end, or a cell from passing on one of the sets; the differences are then not all there is. */
  readonly failures: readonly FailureRecord[];
}

/**
 * Finds the component that brings each difference between two sets: runs the scenarios on both, then on machines of the old set on which
 * one component each was upgraded, on one that boots the new kernel where machines have one of their own, and on one with all components.
 * `glob` says which facts matter.
 */
export const bisectUpgrade = async (plan: UpgradePlan, glob: string): Promise<BisectRecord> => {
  const {id, from, to, provider, listener, reports} = plan;
  await using undo = new AsyncDisposableStack();
  const images = await bakeEnds(plan, undo);
  requirePackages(plan, await openMaterial(plan, images, components, undo));
  const failures: FailureRecord[] = [];
  const bisection: Bisection = {plan, images, undo, failures};
  for (const set of [from, to]) {
    listener({type: 'note', sentence: `The scenarios, on a fresh machine of ${set.name}`});
    const record = await run(runOptionsOf(plan, {id: `${id}-${set.name}`, provider, cells: plan.cellsOf(set.name)}));
    failures.push(...record.failures, ...freshFailures(record));
  }
  plan.interruption.signal.throwIfAborted();
  const wanted = (await differencesOf(plan, `${id}-${to.name}`)).filter(({fact}) => matchesGlob(fact, glob));
  const steps: BisectionStep[] = [];
  if (wanted.length > 0) {
    for (const component of components) {
      steps.push(await upgradeStep([component], bisection));
    }
    if (!provider.sharesKernel) {
      steps.push(await kernelStep(bisection));
    }
    steps.push(await upgradeStep(components, bisection));
  }
  const problem = await pointLatestAt(reports, `${id}-${to.name}`);
  if (problem !== undefined) listener({type: 'note', sentence: problem});
  const all = steps.at(-1) ?? {changed: [], differences: []};
  return {
    id,
    from: from.name,
    to: to.name,
    steps: steps.map(({changed}) => changed),
    unknown: steps
      .slice(0, -1)
      .flatMap(({differences}, index) => (differences === undefined ? [components[index] ?? 'kernel'] : [])),
    differences: bisect(wanted, steps.slice(0, -1), all),
    failures,
  };
};

interface Bisection {
  readonly plan: UpgradePlan;
  readonly images: UpgradeImages;
  readonly undo: AsyncDisposableStack;
  readonly failures: FailureRecord[];
}

/** Upgrades components of a new machine of the old set, and runs the scenarios on it. */
const upgradeStep = async (asked: readonly Component[], bisection: Bisection): Promise<BisectionStep> => {
  const {plan, images, undo} = bisection;
  plan.interruption.signal.throwIfAborted();
  const {from, to, listener} = plan;
  const name = asked.length === 1 ? (asked[0] ?? '') : 'all';
  listener({type: 'note', sentence: `The scenarios, on ${from.name} with ${asked.join(', ')} of ${to.name}`});
  const material = await openMaterial(plan, images, asked, undo);
  const installed = Object.keys(material.packages.facts.packages);
  if (installed.length === 0) {
    return {changed: [], differences: []};
  }
  const differences = await differencesAfter(bisection, {
    id: `${plan.id}-${name}`,
    provider: upgradedProvider(material),
    cells: plan.cellsOf(setOfUpgraded(plan, installed).name),
    expectedVersions: versionsAfter(from, to, installed),
  });
  return {changed: componentsIn(installed), differences};
};

/** Runs the scenarios on a machine of the old set that boots the kernel of the new one. */
const kernelStep = async (bisection: Bisection): Promise<BisectionStep> => {
  const {id, from, to, provider, listener, interruption, cellsOf} = bisection.plan;
  interruption.signal.throwIfAborted();
  listener({type: 'note', sentence: `The scenarios, on ${from.name} with the kernel of ${to.name}`});
  const differences = await differencesAfter(bisection, {
    id: `${id}-kernel`,
    provider: withKernelOf(bisection.images.target, provider),
    cells: cellsOf(from.name),
  });
  return {changed: ['kernel'], differences};
};

const differencesAfter = async (
  {plan, failures}: Bisection,
  own: Pick<RunOptions, 'id' | 'provider' | 'cells' | 'expectedVersions'>,
): Promise<BisectionStep['differences']> => {
  const record = await run(runOptionsOf(plan, own));
  failures.push(...record.failures);
  return record.failures.length > 0 ? undefined : differencesOf(plan, own.id);
};

/** What a run has otherwise than the one on a fresh machine of the old set. */
const differencesOf = async ({id, from, reports}: UpgradePlan, runId: string): Promise<readonly Difference[]> => {
  const [old, recent] = await Promise.all([loadRun(`${id}-${from.name}`, reports), loadRun(runId, reports)]);
  // How long things take says nothing after one run of each.
  return compareRuns(old, recent).differences.filter(({samples}) => samples === undefined);
};
