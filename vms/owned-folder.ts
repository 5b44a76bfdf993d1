import {rm} from 'node:fs/promises';
import {killFolderProcesses} from './folder-processes.ts';
import type {LedgerEntry} from './ledger/ledger-entry.ts';
import type {Ledger} from './ledger/ledger.ts';

/** Has `undo`, and a sweep, remove a folder that is about to be made, with the processes that work in it. */
export const ownFolder = (
  path: string,
  ledger: Pick<Ledger, 'record' | 'settle'>,
  undo: AsyncDisposableStack,
): void => {
  const entries: LedgerEntry[] = [
    {kind: 'folder', path},
    {kind: 'processes', path},
  ];
  for (const entry of entries) ledger.record(entry);
  undo.defer(async () => {
    await removeFolder(path);
    for (const entry of entries) ledger.settle(entry);
  });
};

/** Removes a folder, if it is there, after the processes that work in it. */
export const removeFolder = async (path: string): Promise<void> => {
  await killFolderProcesses(path);
  await rm(path, {recursive: true, force: true});
};
