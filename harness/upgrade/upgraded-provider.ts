import type {OwnedMachine, Provider} from '../../vms/machine.ts';
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
    start: async (spec, signal) => {
      const prepared = ready.pop();
      if (prepared !== undefined) {
        return prepared;
      }
      await using undo = new AsyncDisposableStack();
      const machine = undo.use(await startOldMachine(material, spec, signal));
      await upgradePackages(machine, material.packages.facts, signal);
      undo.move();
      return machine;
    },
  };
};
