import type {MachineReference, MachineSpec, Provider} from '../../machine.ts';
import {LimaMachine} from './machine.ts';
import {limaRequirements} from './requirements.ts';
import {prepareLima, startLima} from './start.ts';

/** Virtual machines, each with the kernel of its runtime set, made by Lima: https://lima-vm.io */
export const lima: Provider = {
  name: 'lima',
  accelerates: true,
  missing: limaRequirements,
  prepare: async (spec, context) => {
    await using prepared = await prepareLima(spec, context);
    return [
      `Machines of "${spec.image.runtimeSet}" run with ${prepared.verdict.acceleration}: ${prepared.verdict.reason}`,
    ];
  },
  start: async (spec: MachineSpec, signal: AbortSignal) => startLima(spec, signal),
  attach: (reference: MachineReference) => new LimaMachine(reference),
};
