import type {Footprint} from '../../vms/machine.ts';

/** What of a host machines share. */
export interface HostShare {
  readonly cpus: number;
  /** What could be had now, in bytes. */
  readonly freeMemoryBytes: number;
}

/** Left to everything else on the host. */
const RESERVED_MIB = 500;

/** How many machines of this footprint the host bears at once; at least one, whose provider says itself what is missing for it. */
export const machinesAtOnce = ({cpus, memoryMiB}: Footprint, host: HostShare): number => {
  const freeMiB = host.freeMemoryBytes / 1024 ** 2 - RESERVED_MIB;
  return Math.max(1, Math.floor(Math.min(host.cpus / cpus, freeMiB / memoryMiB)));
};
