import {existsSync} from 'node:fs';
import {mkdtemp, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import type {LedgerEntry} from './ledger/ledger-entry.ts';
import {ownFolder} from './owned-folder.ts';

test('a folder that is owned is in the ledger until its undoing has removed it', async () => {
  const known = new Set<string>();
  const ledger = {
    record: (entry: LedgerEntry) => void known.add(JSON.stringify(entry)),
    settle: (entry: LedgerEntry) => void known.delete(JSON.stringify(entry)),
  };
  const undo = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'plumbline-owned-'));
  ownFolder(folder, ledger, undo);
  await writeFile(join(folder, 'file'), '');
  expect([...known]).toEqual([
    JSON.stringify({kind: 'folder', path: folder}),
    JSON.stringify({kind: 'processes', path: folder}),
  ]);
  await undo.disposeAsync();
  expect(existsSync(folder)).toBe(false);
  expect([...known]).toEqual([]);
});
