import {mkdir} from 'node:fs/promises';
import type {MachineSpec} from '../machine.ts';
import {ownFolder} from '../owned-folder.ts';
import {socketFolder} from '../socket-folder.ts';

/** Makes the folder of the machine, and one for its sockets where its own has too long a path; returns that of the sockets. */
export const makeMachineFolders = async (
  {folder, ledger}: MachineSpec,
  undo: AsyncDisposableStack,
): Promise<string> => {
  ownFolder(folder, ledger, undo);
  await mkdir(folder, {recursive: true, mode: 0o700});
  return socketFolder(folder, ledger, undo);
};
