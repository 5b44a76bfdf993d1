import {availableParallelism} from 'node:os';
import {HostError} from '../../errors.ts';
import {hostFacts} from '../../host/facts.ts';
import {stateFolder} from '../../state.ts';

/** Enough for three daemons and some containers; what is not touched is neither kept in the snapshot nor taken from the host. */
export const DEFAULT_MEMORY_MIB = 2048;

const MOST_CPUS = 2;

/** How many processors a machine has. */
export const machineCpus = (): number => Math.min(MOST_CPUS, availableParallelism());

/** What QEMU needs besides the machine's memory: its own, and the buffer of translated code under emulation. */
export const OVERHEAD_MIB = 700;

/** Throws {@link HostError} when this host has not the memory for a machine of this size now. */
export const requireMemory = async (memoryMiB: number, provider = 'qemu'): Promise<void> => {
  const {memory} = await hostFacts(stateFolder());
  const available = Math.floor(memory.freeBytes / 1024 ** 2);
  if (available >= memoryMiB + OVERHEAD_MIB) return;
  const state = `${available} MiB of memory are free, a machine of ${memoryMiB} MiB needs ${memoryMiB + OVERHEAD_MIB}`;
  throw new HostError(`Cannot start a ${provider} machine: ${state}`, [
    {sentence: state, remedy: 'end other programs, or other machines'},
  ]);
};
