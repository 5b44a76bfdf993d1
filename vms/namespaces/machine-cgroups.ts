import {removeCgroup} from '../cgroup-removal.ts';
import type {LedgerEntry} from '../ledger/ledger-entry.ts';
import type {MachineSpec} from '../machine.ts';
import {cgroupFolders, makeCgroups, type HostCgroups} from './cgroups.ts';

/** Makes the cgroups of a machine, which are removed with every process in them when the machine goes. */
export const makeMachineCgroups = async (
  {ledger}: MachineSpec,
  cgroups: HostCgroups,
  name: string,
  undo: AsyncDisposableStack,
): Promise<void> => {
  const entries: LedgerEntry[] = cgroupFolders(cgroups, name).map((path) => ({kind: 'cgroup', path}));
  for (const entry of entries) {
    ledger.record(entry);
  }
  // Every process of the machine is in these groups, so removing them ends the machine.
  undo.defer(async () => {
    for (const entry of entries) {
      await removeCgroup(entry.path);
      ledger.settle(entry);
    }
  });
  await makeCgroups(cgroups, name);
};
