import {availableParallelism} from 'node:os';
import {cacheFolder} from '../../vms/image/cache-folder.ts';
import {hostFacts} from '../../vms/host/facts.ts';
import type {Provider} from '../../vms/machine.ts';
import {machinesAtOnce} from '../run/machines-at-once.ts';

/** Of providers that do not say. */
const VIRTUAL_MACHINE = {cpus: 1, memoryMiB: 3000} as const;

/** How many machines of a provider this host bears at once, with the memory that is free now. */
export const bearableMachines = async ({footprint = VIRTUAL_MACHINE}: Provider): Promise<number> => {
  const {memory} = await hostFacts(cacheFolder());
  return machinesAtOnce(footprint, {cpus: availableParallelism(), freeMemoryBytes: memory.freeBytes});
};
