import {setTimeout as sleep} from 'node:timers/promises';
import type {Machine} from '../../vms/machine.ts';
import type {KnownResidue} from '../../vms/runtimes/runtime-set.ts';
import {takeInventory} from './inventory.ts';
import {compareInventories, isClean} from './residue.ts';
import type {Finding, Residue} from './residue.ts';
import type {Inventory} from './thing.ts';

/** Options of {@link waitForNoResidue}. */
export interface ResidueWait {
  /** How long removal may take, in milliseconds; multiplied by the machine's `slowness`. */
  readonly deadlineMs: number;
  readonly signal: AbortSignal;
  readonly knownResidue?: readonly KnownResidue[];
  /** What of it was there before. */
  readonly leftBefore?: readonly Finding[];
}

/**
 * Compares a machine with what it held before until there is no residue, and returns the last comparison: clean, or what is still
 * there at the deadline. A clean machine costs one inventory and no wait. It polls because some removal goes on after the command
 * that asked for it has ended: containerd's garbage collection, dockerd's network namespaces, a shim's exit.
 * Rejects as `takeInventory` does, and with the signal's reason.
 */
export const waitForNoResidue = async (
  machine: Machine,
  before: Inventory,
  {deadlineMs, signal, knownResidue = [], leftBefore = []}: ResidueWait,
): Promise<Residue> => {
  const deadline = performance.now() + deadlineMs * machine.traits.slowness;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
    const residue = compareInventories(before, await takeInventory(machine, {signal}), knownResidue, leftBefore);
    const leftMs = deadline - performance.now();
    if (isClean(residue) || leftMs <= 0 || hasDeadDaemon(residue)) {
      return residue;
    }
    if (residue.appeared.some(mayBeGarbage)) {
      await machine.exec(['sh', '-c', COLLECT], {signal});
    }
    await sleep(Math.min(pauseMs, leftMs), undefined, {signal});
  }
};

/** Nobody starts a daemon again in a machine, so there is nothing to wait for. */
const hasDeadDaemon = ({vanished}: Residue): boolean => vanished.some(({kind}) => kind === 'daemon');

const mayBeGarbage = ({kind, owner}: Finding): boolean =>
  kind === 'containerd content' || kind === 'containerd snapshot' || (kind === 'file' && owner === 'containerd');

/**
 * Has containerd collect its garbage now: it may be minutes before it does so by itself, and folders of snapshots that are gone stay until
 * then. What is deleted while a collection is about to end has none of its own, until something else is deleted:
 * https://github.com/containerd/containerd/blob/v1.6.20/gc/scheduler/scheduler.go (`run`, `lastCollection`). What is in use stays:
 * https://github.com/containerd/containerd/blob/main/docs/garbage-collection.md#synchronous-garbage-collection
 * It looks for such folders only where a snapshot was removed since it was started, so one is, for what a containerd before it has left.
 */
const COLLECT = ['snapshots prepare', 'snapshots remove', 'leases create --id', 'leases delete --sync']
  .map((command) => `ctr ${command} plumbline-collect`)
  .join(' && ');

// Most asynchronous removal ends within tens of milliseconds, and an inventory itself takes longer than the first pauses. What is
// left after that waits for a collector with a schedule of its own, where asking more often helps nobody.
const FIRST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 500;
