import {mkdtemp} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import type {Ledger} from '../../vms/ledger/ledger.ts';
import {ownFolder} from '../../vms/owned-folder.ts';

/** A path of a Unix socket has at most 107 bytes (unix(7)), and the names in the folder at most 26 of them. */
const LONGEST_FOLDER = 80;

/** Folder for the sockets of a run: the run's own, or one that is made where that has too long a path. */
export const socketFolder = async (
  folder: string,
  ledger: Pick<Ledger, 'record' | 'settle'>,
  undo: AsyncDisposableStack,
): Promise<string> => {
  if (Buffer.byteLength(folder) <= LONGEST_FOLDER) return folder;
  const short = await mkdtemp(join(tmpdir(), 'plumbline-'));
  ownFolder(short, ledger, undo);
  return short;
};
