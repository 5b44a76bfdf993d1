import type {MachineReference, MachineSpec, Provider} from '../../machine.ts';
import {VagrantMachine} from './machine.ts';
import {missingForVagrant} from './requirements.ts';
import {prepareVagrant, startVagrant} from './start.ts';

/** Virtual machines, each with the kernel of its runtime set, that Vagrant makes with a libvirt of their own. */
export const vagrant: Provider = {
  name: 'vagrant',
  accelerates: true,
  missing: missingForVagrant,
  prepare: async (spec, context) => {
    await using prepared = await prepareVagrant(spec, context);
    const {acceleration, reason} = prepared.verdict;
    return [`Machines of "${spec.image.runtimeSet}" run with ${acceleration}: ${reason}`];
  },
  start: async (spec: MachineSpec, signal: AbortSignal) => startVagrant(spec, signal),
  attach: (reference: MachineReference) => new VagrantMachine(reference),
};
