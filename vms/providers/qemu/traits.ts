import type {Acceleration, MachineTraits} from '../../machine.ts';
import {latency, slowness} from './acceleration.ts';

/** Traits of a virtual machine that QEMU runs, whoever started QEMU. */
export const guestTraits = (
  traits: Pick<MachineTraits, 'provider' | 'kernel' | 'address'> & {readonly acceleration: Acceleration},
): MachineTraits => ({
  ...traits,
  // Every suite there is a runtime set of boots systemd with the unified hierarchy.
  cgroupVersion: 2,
  slowness: slowness[traits.acceleration],
  latency: latency[traits.acceleration],
  snapshots: true,
});
