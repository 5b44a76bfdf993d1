import {packageRequirements} from '../../host/packages.ts';
import type {MachineReference, MachineSpec, Provider} from '../../machine.ts';
import {knownVerdict} from './acceleration.ts';
import {QemuMachine} from './machine.ts';
import {DEFAULT_MEMORY_MIB, OVERHEAD_MIB} from './machine-size.ts';
import {qemuVersion, versionRequirement} from './program.ts';
import {prepareQemu, startQemu} from './start.ts';

/** Virtual machines, each with the kernel of its runtime set, made by the QEMU of this host without a daemon or root. */
export const qemu: Provider = {
  name: 'qemu',
  accelerates: true,
  setsUp: true,
  footprint: {cpus: 1, memoryMiB: DEFAULT_MEMORY_MIB + OVERHEAD_MIB},
  missing: async () => {
    const requirements = await packageRequirements(['qemu'], 'npm run setup');
    if (requirements.length > 0) return requirements;
    const version = versionRequirement(await qemuVersion());
    return version === undefined ? [] : [version];
  },
  outlook: async () => {
    const verdict = await knownVerdict();
    return [
      verdict === undefined
        ? 'the first machine finds out whether the processor can be accelerated'
        : `with ${verdict.acceleration}, ${verdict.reason}`,
    ];
  },
  prepare: async (spec, context) => {
    await using prepared = await prepareQemu(spec, context);
    return [
      `Machines of "${spec.image.runtimeSet}" run with ${prepared.verdict.acceleration}: ${prepared.verdict.reason}`,
    ];
  },
  start: async (spec: MachineSpec, signal: AbortSignal) => startQemu(spec, signal),
  attach: (reference: MachineReference) => new QemuMachine(reference),
};
