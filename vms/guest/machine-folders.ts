import {randomBytes} from 'node:crypto';
import {mkdir} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import type {MachineSpec} from '../machine.ts';
import {ownFolder} from '../owned-folder.ts';

/** A path of a Unix socket has at most 107 bytes, and ssh makes its own under a name with 17 more. */
const LONGEST_FOLDER = 80;

/** Makes the folder of the machine, and one for its sockets where its own has too long a path; returns that of the sockets. */
export const makeMachineFolders = async (
  {folder, ledger}: MachineSpec,
  undo: AsyncDisposableStack,
): Promise<string> => {
  ownFolder(folder, ledger, undo);
  await mkdir(folder, {recursive: true, mode: 0o700});
  if (Buffer.byteLength(folder) <= LONGEST_FOLDER) return folder;
  const sockets = join(tmpdir(), `plumbline-${randomBytes(8).toString('hex')}`);
  ownFolder(sockets, ledger, undo);
  await mkdir(sockets, {mode: 0o700});
  return sockets;
};
