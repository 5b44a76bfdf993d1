import type {RunMarks} from './host/marks.ts';
import {keyOf, numberDuplicates} from './thing.ts';
import type {Inventory, Thing} from './thing.ts';
import {readHostCgroups, readHostFolders} from './host/names.ts';
import {readHostMounts} from './host/mounts.ts';
import {readHostProcesses} from './host/processes.ts';
import {readHostSockets} from './host/sockets.ts';

/**
 * Lists what a run holds on this host; compare two with `compareInventories`. Starts no process. Only what is marked as the run's is
 * listed, since a docker or another run of this tool on the same host makes mounts and sockets whenever it likes:
 * - processes with `PLUMBLINE_RUN=<run id>` in the environment they were started with
 * - listening sockets of those, and of the tool that does the run and its descendants
 * - cgroups with one of `names` in their name; of links there are only those of its network namespaces, which go with them
 * - mounts in this mount namespace at, below or made from one of `folders`, and the folders themselves
 *
 * What is not Linux has none of it but the folders.
 */
export const takeHostInventory = (marks: RunMarks): Inventory => {
  const {marked, related} = readHostProcesses(`PLUMBLINE_RUN=${marks.runId}`, marks.tool);
  const things: Thing[] = [
    ...marked,
    ...readHostSockets(related),
    ...readHostMounts(marks),
    ...readHostCgroups(marks),
    ...readHostFolders(marks),
  ];
  return {
    things: numberDuplicates(things.toSorted((one, other) => keyOf(one).localeCompare(keyOf(other)))),
    unread: new Map(),
  };
};
