import {compareRuns} from '../compare/comparison.ts';
import type {Difference} from '../compare/difference.ts';
import {loadRun} from '../compare/loaded-run.ts';
import {pointLatestAt} from '../report/latest-run.ts';
import type {FailureRecord} from '../report/run-record.ts';
import {run} from '../run/run.ts';
import {bisect, isMeant, type BisectedDifference, type BisectionStep} from './bisection.ts';
import {components, componentsIn, versionsAfter, type Component} from './component.ts';
import {bakeEnds, openMaterial, requirePackages, type UpgradeImages} from './upgrade-material.ts';
import {runOptionsOf, setOfUpgraded, type UpgradePlan} from './upgrade-plan.ts';
import {upgradedProvider} from './upgraded-provider.ts';

/** What a bisection found out. Plain JSON. */
export interface BisectRecord {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  /** What changed in the machine of each upgrade: a package may need a newer one of another component. */
  readonly steps: readonly (readonly Component[])[];
  readonly differences: readonly BisectedDifference[];
  /** What kept a run from its end; the differences are then not all there is. */
  readonly failures: readonly FailureRecord[];
}

/**
 * Finds the component that brings each difference between two sets: runs the scenarios on both, then on machines of the old set on which
 * one component each was upgraded, and on one with all of them. `glob` says which facts matter.
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
    failures.push(...record.failures);
  }
  plan.interruption.signal.throwIfAborted();
  const wanted = (await differencesOf(plan, `${id}-${to.name}`)).filter(({fact}) => isMeant(fact, glob));
  const steps: BisectionStep[] = [];
  for (const asked of wanted.length === 0 ? [] : [...components.map((one) => [one]), components]) {
    steps.push(await takeStep(asked, bisection));
  }
  await pointLatestAt(reports, `${id}-${to.name}`);
  const all = steps.at(-1) ?? {changed: [], differences: []};
  return {
    id,
    from: from.name,
    to: to.name,
    steps: steps.map(({changed}) => changed),
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
const takeStep = async (
  asked: readonly Component[],
  {plan, images, undo, failures}: Bisection,
): Promise<BisectionStep> => {
  plan.interruption.signal.throwIfAborted();
  const {id, from, to, listener} = plan;
  const name = asked.length === 1 ? (asked[0] ?? '') : 'all';
  listener({type: 'note', sentence: `The scenarios, on ${from.name} with ${asked.join(', ')} of ${to.name}`});
  const material = await openMaterial(plan, images, asked, undo);
  const installed = Object.keys(material.packages.facts.packages);
  if (installed.length === 0) {
    return {changed: [], differences: []};
  }
  const record = await run(
    runOptionsOf(plan, {
      id: `${id}-${name}`,
      provider: upgradedProvider(material),
      cells: plan.cellsOf(setOfUpgraded(plan, installed).name),
      expectedVersions: versionsAfter(from, to, installed),
    }),
  );
  failures.push(...record.failures);
  const differences = record.failures.length > 0 ? [] : await differencesOf(plan, `${id}-${name}`);
  return {changed: componentsIn(installed), differences};
};

/** What a run has otherwise than the one on a fresh machine of the old set. */
const differencesOf = async ({id, from, reports}: UpgradePlan, runId: string): Promise<readonly Difference[]> => {
  const [old, recent] = await Promise.all([loadRun(`${id}-${from.name}`, reports), loadRun(runId, reports)]);
  // How long things take says nothing after one run of each.
  return compareRuns(old, recent).differences.filter(({samples}) => samples === undefined);
};
