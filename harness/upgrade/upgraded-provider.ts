import type {OwnedMachine, Provider, Snapshots} from '../../vms/machine.ts';
import {startOldMachine, type UpgradeMaterial} from './old-machine.ts';
import {upgradePackages} from './package-upgrade.ts';

/**
 * A provider whose machines are of the old runtime set and were upgraded in place, whatever image they are asked for with: what is run on
 * them is run on an upgraded machine. `first`, which was upgraded already, is the first machine it gives, and belongs to whoever gets it.
 */
export const upgradedProvider = (material: UpgradeMaterial, first?: OwnedMachine): Provider => {
  const ready = first === undefined ? [] : [first];
  return {
    ...material.provider,
    // What its machines start from is not the image that they are asked for with.
    prepare: async () => [],
    // What the measurement had of a neighbour is gone from the first machine.
    setsUp: false,
    start: async (spec, signal) => {
      await using undo = new AsyncDisposableStack();
      const prepared = ready.pop();
      const machine = undo.use(prepared ?? (await startOldMachine(material, spec, signal)));
      if (prepared === undefined) {
        await upgradePackages(machine, material.packages.facts, signal);
      }
      await becomeReady(machine);
      undo.move();
      return machine;
    },
  };
};

const UPGRADED = 'upgraded';

/** Makes "ready", which a machine is restored to for each scenario file, the state after the upgrade instead of that before it. */
const becomeReady = async (machine: OwnedMachine): Promise<void> => {
  const {snapshots} = machine;
  if (snapshots !== undefined) {
    await snapshots.snapshot(UPGRADED);
    Object.assign(machine, {
      snapshots: {
        snapshot: (name: string) => snapshots.snapshot(name),
        restore: (name: string) => snapshots.restore(name === 'ready' ? UPGRADED : name),
      } satisfies Snapshots,
    });
  }
};
