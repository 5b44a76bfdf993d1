import type {Acceleration, MachineTraits} from '../../machine.ts';
import {latency, slowness} from './acceleration.ts';

/** Traits of a virtual machine that QEMU runs, whoever started QEMU. */
export const guestTraits = (
  {cpus, memoryMiB}: {readonly cpus: number; readonly memoryMiB: number},
  traits: Pick<MachineTraits, 'provider' | 'kernel' | 'address'> & {readonly acceleration: Acceleration},
): MachineTraits => ({
  ...traits,
  cpus,
  memoryBytes: memoryMiB * 1024 ** 2,
  // Every suite there is a runtime set of boots systemd with the unified hierarchy.
  cgroupVersion: 2,
  slowness: slowness[traits.acceleration],
  latency: latency[traits.acceleration],
  snapshots: true,
});
