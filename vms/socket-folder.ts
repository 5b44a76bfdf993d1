import {randomBytes} from 'node:crypto';
import {mkdir} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {isAbsolute, join} from 'node:path';
import type {Ledger} from './ledger/ledger.ts';
import {ownFolder} from './owned-folder.ts';

/** A path of a Unix socket has at most 107 bytes (unix(7)), and ssh makes its own under a name with 17 more. */
const LONGEST_FOLDER = 80;

/**
 * Folder for Unix sockets: `folder` itself, or one for temporary files where its path is too long: in `/tmp` where TMPDIR is too long itself,
 * or relative. What is made is in the ledger, and goes with `undo`.
 */
export const socketFolder = async (
  folder: string,
  ledger: Pick<Ledger, 'record' | 'settle'>,
  undo: AsyncDisposableStack,
): Promise<string> => {
  if (isShortEnough(folder)) return folder;
  const name = `plumbline-${randomBytes(8).toString('hex')}`;
  const inTemporary = join(tmpdir(), name);
  const short = isAbsolute(inTemporary) && isShortEnough(inTemporary) ? inTemporary : join('/tmp', name);
  ownFolder(short, ledger, undo);
  await mkdir(short, {mode: 0o700});
  return short;
};

const isShortEnough = (folder: string): boolean => Buffer.byteLength(folder) <= LONGEST_FOLDER;
