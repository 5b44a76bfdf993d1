import type {Machine} from '../../vms/machine.ts';
import {addNeighbour} from '../network/neighbour.ts';
import type {Steps} from '../scenario/steps.ts';
import type {Workload} from '../scenario/workload.ts';
import {levels} from '../levels/level-facts.ts';
import type {UpgradeFacts} from '../../vms/image/upgrade-packages.ts';
import {servicesToRestart} from './component.ts';
import {versionsOf} from './old-machine.ts';
import {upgradePackages} from './package-upgrade.ts';
import {Prober} from './prober.ts';
import {removeWorkloads, startWorkloads} from './running-workloads.ts';
import {untilAllAnswer, untilSettled, type Ending} from './steady.ts';
import {lostFrom, readStores} from './stores.ts';
import {adoptedOf, inheritanceOf, readFacts} from './survivors.ts';
import type {UpgradePassRecord} from './upgrade-record.ts';
import {upgradeWorkloads} from './upgrade-workload.ts';
import {readFate, targetRecordOf, type WorkloadFate} from './workload-fate.ts';

/** What an upgrade is measured on. */
export interface MeasureContext {
  /** Just started, with the packages of its upgrade in it. */
  readonly machine: Machine;
  readonly packages: UpgradeFacts;
  readonly workload: Workload;
  /** Whether its dockerd was configured so. */
  readonly liveRestore: boolean;
  readonly steps: Steps;
  readonly signal: AbortSignal;
}

const START_DEADLINE_MS = 20_000;
const SETTLE_DEADLINE_MS = 45_000;

/**
 * Upgrades a machine with workloads running at every level, which are asked for an answer all the while. Removes them afterwards, with the
 * new versions, so that the machine is as an upgraded machine is. Throws {@link ProvisionError} when the upgrade itself failed.
 */
export const measureUpgrade = async (context: MeasureContext): Promise<UpgradePassRecord> => {
  const {machine, packages, workload, liveRestore, steps, signal} = context;
  const deadlines = {
    start: START_DEADLINE_MS * machine.traits.slowness,
    settle: SETTLE_DEADLINE_MS * machine.traits.slowness,
  };
  await addNeighbour(machine);
  for (const argv of [levels.docker.pullArgv(workload.image.name), levels.ctr.pullArgv(workload.image.name)]) {
    await steps.command(`pull: ${argv.join(' ')}`, machine, argv);
  }
  const restarted = servicesToRestart(Object.keys(packages.packages));
  const workloads = upgradeWorkloads(workload, {liveRestore, restarted});
  const started = await startWorkloads(workloads, {machine, workload, steps, signal});
  const [before, storesBefore] = [await versionsOf(machine), await readStores(machine)];
  const targets = workloads.flatMap((one) => one.targets);
  const prober = await Prober.start(machine, targets, workload.answer);
  let phases;
  let endings: ReadonlyMap<string, Ending>;
  try {
    await steps.step('wait until every workload answers', () =>
      untilAllAnswer(prober, workloads, deadlines.start, signal),
    );
    // How long a workload takes to start is no outage of the upgrade.
    prober.forget();
    phases = await steps.step('upgrade, with the workloads running', () => upgradePackages(machine, packages, signal));
    endings = await steps.step('wait until the workloads have settled', () =>
      untilSettled(prober, workloads, deadlines.settle, signal),
    );
  } finally {
    await prober[Symbol.asyncDispose]();
  }
  const fates: WorkloadFate[] = [];
  for (const one of started) {
    fates.push(await readFate(machine, one));
  }
  const adopted = adoptedOf(started, fates);
  const kept = await readFacts(adopted, context);
  const lost = lostFrom(storesBefore, await readStores(machine));
  const after = await versionsOf(machine);
  const stubborn = await steps.step('remove the workloads with the new versions', () =>
    removeWorkloads(machine, workloads),
  );
  const inherited = await steps.step('compare the survivors with new ones', () =>
    inheritanceOf(adopted, {kept: kept.known, stubborn}, context),
  );
  await removeNeighbour(machine);
  return {
    liveRestore,
    machine: machine.reference.id,
    phases: phases.map(({title, fromMs, toMs}) => ({
      title,
      fromMs: fromMs - (phases[0]?.fromMs ?? 0),
      toMs: toMs - (phases[0]?.fromMs ?? 0),
    })),
    workloads: fates.map((fate, index) => ({
      ...fate,
      targets: (workloads[index]?.targets ?? []).map((target) =>
        targetRecordOf(target, prober.samplesOf(target), phases, endings.get(target.name) ?? 'unsteady'),
      ),
      inherited: inherited.known.get(fate.name) ?? [],
      problems: [
        ...fate.problems,
        ...problem('show all of it', kept.problems.get(fate.name)),
        ...problem('remove it', stubborn.get(fate.name)),
        ...problem('start and remove it once more', inherited.problems.get(fate.name)),
      ],
    })),
    lost,
    before,
    after,
  };
};

/** What the new version can not do, with what was said of it. */
const problem = (action: string, said: string | undefined): string[] =>
  said === undefined ? [] : [`The new version can not ${action}: ${said}`];

/** The machine is given a neighbour again by those who run cells on it. */
const removeNeighbour = async (machine: Machine): Promise<void> => {
  await machine.exec(['ip', 'link', 'delete', 'lan0']);
  await machine.exec(['ip', 'netns', 'delete', 'neighbour']);
};
