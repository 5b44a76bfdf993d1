import {existsSync} from 'node:fs';
import {stat} from 'node:fs/promises';
import {afterEach, expect, test, vi} from 'vitest';
import type {LedgerEntry} from './ledger/ledger-entry.ts';
import {socketFolder} from './socket-folder.ts';

afterEach(() => vi.unstubAllEnvs());

test('sockets are in the folder itself, as far as their paths reach', async () => {
  await using undo = new AsyncDisposableStack();
  const ledger = {record: () => {}, settle: () => {}};
  const folder = `/state/${'x'.repeat(73)}`;
  expect(await socketFolder(folder, ledger, undo)).toBe(folder);
});

test('sockets are in a folder of their own where its path is too long, which goes with them', async () => {
  const known = new Set<string>();
  const ledger = {
    record: (entry: LedgerEntry) => void known.add(JSON.stringify(entry)),
    settle: (entry: LedgerEntry) => void known.delete(JSON.stringify(entry)),
  };
  const undo = new AsyncDisposableStack();
  // Too long in bytes alone.
  const folder = await socketFolder(`/state/${'é'.repeat(40)}`, ledger, undo);
  expect(Buffer.byteLength(folder)).toBeLessThanOrEqual(80);
  expect((await stat(folder)).mode & 0o777).toBe(0o700);
  expect(known).toContain(JSON.stringify({kind: 'folder', path: folder}));
  await undo.disposeAsync();
  expect(existsSync(folder)).toBe(false);
  expect(known.size).toBe(0);
});

test.for([
  ['relative', 'tmp'],
  ['too long itself', `/${'t'.repeat(60)}`],
])('a TMPDIR that is %s is not taken', async ([, value]) => {
  vi.stubEnv('TMPDIR', value);
  await using undo = new AsyncDisposableStack();
  const folder = await socketFolder(`/state/${'x'.repeat(80)}`, {record: () => {}, settle: () => {}}, undo);
  expect(folder).toMatch(/^\/tmp\/plumbline-/u);
});
