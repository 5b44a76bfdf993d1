import {mkdir} from 'node:fs/promises';
import {join} from 'node:path';
import {ProvisionError} from '../../vms/errors.ts';
import type {Ledger} from '../../vms/ledger/ledger.ts';
import type {OwnedMachine} from '../../vms/machine.ts';
import {stateFolder} from '../../vms/state.ts';
import type {MachineRecord} from '../report/run-record.ts';
import {setUpScript} from '../run/set-up.ts';
import {Steps} from '../scenario/steps.ts';
import {measureUpgrade} from './measured-upgrade.ts';
import {prepareOldMachine, startOldMachine, versionsOf, type UpgradeMaterial} from './old-machine.ts';
import {bakeOptions} from './upgrade-material.ts';
import {upgradeId, type UpgradePlan} from './upgrade-plan.ts';
import type {UpgradePassRecord} from './upgrade-record.ts';

/** A machine on which the packages could not be upgraded. It runs on, and so does what it is made of. */
export class UpgradeFailure extends ProvisionError {
  readonly machine: MachineRecord;
  /** Files that explain it, relative to the folder of the run. */
  readonly evidence: readonly string[];

  constructor(error: ProvisionError, machine: MachineRecord, evidence: readonly string[]) {
    const {message, command = [], expected = 'an upgraded machine', seen = message, layer = 'apt', cause} = error;
    super(message, {command, expected, seen, layer, cause});
    this.machine = machine;
    this.evidence = evidence;
  }
}

/** What one machine is upgraded with. */
export interface PassContext {
  readonly plan: UpgradePlan;
  readonly material: UpgradeMaterial;
  readonly ledger: Ledger;
  /** Number of the machine among those of the upgrade. */
  readonly number: number;
  readonly liveRestore: boolean;
}

/**
 * Starts a machine of the old set and upgrades it with workloads running. The machine that is returned is upgraded, and free of them.
 * Throws {@link UpgradeFailure}, and keeps the machine, when the upgrade itself failed; in any other case it is thrown away.
 */
export const passOn = async (
  context: PassContext,
): Promise<{readonly machine: OwnedMachine; readonly record: UpgradePassRecord}> => {
  const {plan, material, ledger, number, liveRestore} = context;
  const {signal} = plan.interruption;
  const runId = upgradeId(plan);
  const id = `${runId}-${number}`;
  const folder = stateFolder('runs', runId, `machine-${number}`);
  const steps = new Steps(id, performance.timeOrigin + performance.now(), plan.listener);
  const spec = {liveRestore, setUp: setUpScript};
  const sentences = await prepareOldMachine(material, spec, bakeOptions(plan));
  for (const sentence of number === 1 ? sentences : []) {
    plan.listener({type: 'note', sentence});
  }
  await using undo = new AsyncDisposableStack();
  const machine = undo.use(
    await steps.step(
      `start a ${material.provider.name} machine of ${plan.from.name}, live-restore ${liveRestore ? 'on' : 'off'}`,
      () => startOldMachine(material, {id, runId, folder, ledger, ...spec}, signal),
    ),
  );
  const [{workload} = unplanned()] = plan.scenarios;
  try {
    const record = await measureUpgrade({
      machine,
      packages: material.packages.facts,
      workload,
      liveRestore,
      steps,
      signal,
    });
    undo.move();
    return {machine, record};
  } catch (error) {
    if (!(error instanceof ProvisionError) || signal.aborted) {
      throw error;
    }
    ledger.keep();
    undo.move();
    throw new UpgradeFailure(error, await recordOf(machine, context, steps), await evidenceOf(machine, plan, id));
  }
};

const unplanned = (): never => {
  throw new Error('An upgrade was planned without a scenario');
};

const recordOf = async (machine: OwnedMachine, {material}: PassContext, steps: Steps): Promise<MachineRecord> => ({
  id: machine.reference.id,
  runtimeSet: machine.reference.runtimeSet,
  image: material.from.key,
  traits: {...machine.traits},
  details: {...machine.reference.details},
  kept: true,
  versions: await versionsOf(machine).catch(() => ({})),
  steps: steps.records,
});

const evidenceOf = async (machine: OwnedMachine, {reports, id: run}: UpgradePlan, id: string): Promise<string[]> => {
  const folder = join(reports, run, 'evidence', id);
  await mkdir(folder, {recursive: true});
  const files = await machine.evidence(folder).catch(() => []);
  return files.map((file) => file.slice(join(reports, run).length + 1));
};
