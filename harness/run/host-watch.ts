import type {PlumblineError} from '../../vms/errors.ts';
import {stateFolder} from '../../vms/state.ts';
import {takeHostInventory} from '../teardown/host-inventory.ts';
import {compareInventories, isClean, residueFailure} from '../teardown/residue.ts';

/** Looks at this host before a run; `residue` looks again and says what the run left. */
export const watchHost = (runId: string): {residue(): PlumblineError[]} => {
  const marks = {runId, tool: process.pid, names: [`plumbline-${runId}`], folders: [stateFolder('runs', runId)]};
  const before = takeHostInventory(marks);
  return {
    residue: () => {
      // What is gone was there before the run: a machine that it was handed, for one.
      const residue = {...compareInventories(before, takeHostInventory(marks)), vanished: []};
      return isClean(residue) ? [] : [residueFailure(residue)];
    },
  };
};
