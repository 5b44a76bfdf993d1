import {mkdir, mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {killFolderProcesses} from '../folder-processes.ts';
import type {LedgerEntry} from '../ledger/ledger-entry.ts';
import type {MachineSpec} from '../machine.ts';

/** A path of a Unix socket has at most 107 bytes, and ssh makes its own under a name with 17 more. */
const LONGEST_FOLDER = 80;

/** Makes the folder of the machine, and one for its sockets where its own has too long a path; returns that of the sockets. */
export const makeMachineFolders = async (
  {folder, ledger}: MachineSpec,
  undo: AsyncDisposableStack,
): Promise<string> => {
  await own(folder, ledger, undo, async () => void (await mkdir(folder, {recursive: true, mode: 0o700})));
  if (Buffer.byteLength(folder) <= LONGEST_FOLDER) return folder;
  const sockets = await mkdtemp(join(tmpdir(), 'plumbline-'));
  await own(sockets, ledger, undo, async () => {});
  return sockets;
};

/** Makes a folder that goes, after the processes that use it, when the machine does. */
const own = async (
  folder: string,
  ledger: MachineSpec['ledger'],
  undo: AsyncDisposableStack,
  make: () => Promise<void>,
): Promise<void> => {
  const entries: LedgerEntry[] = [
    {kind: 'folder', path: folder},
    {kind: 'processes', path: folder},
  ];
  for (const entry of entries) ledger.record(entry);
  undo.defer(async () => {
    await killFolderProcesses(folder);
    await rm(folder, {recursive: true, force: true});
    for (const entry of entries) ledger.settle(entry);
  });
  await make();
};
