import {existsSync} from 'node:fs';
import {mkdtemp, rmdir} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import type {LedgerEntry} from '../ledger/ledger-entry.ts';
import type {MachineSpec} from '../machine.ts';
import {makeMachineFolders} from './machine-folders.ts';

test('each folder is in the ledger before it is there', async () => {
  const parent = await mkdtemp(join(tmpdir(), 'folders-test-'));
  onTestFinished(async () => rmdir(parent));
  const recorded: string[] = [];
  const ledger = {
    record: ({path}: LedgerEntry) => {
      expect(existsSync(path)).toBe(false);
      recorded.push(path);
    },
    settle: () => {},
  };
  await using undo = new AsyncDisposableStack();
  const folder = join(parent, 'a-path-too-long-for-unix-sockets'.repeat(3));
  const sockets = await makeMachineFolders({folder, ledger} as unknown as MachineSpec, undo);
  expect(new Set(recorded)).toEqual(new Set([folder, sockets]));
  expect([folder, sockets].every((path) => existsSync(path))).toBe(true);
  await undo.disposeAsync();
  expect([folder, sockets].some((path) => existsSync(path))).toBe(false);
});
