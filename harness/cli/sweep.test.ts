import {mkdir, mkdtempDisposable, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import type {LedgerEntry} from '../../vms/ledger/ledger-entry.ts';
import {plumbline} from './plumbline-process.ts';

test('of a run with nothing but what can not be removed a sweep says only that', {timeout: 30_000}, async () => {
  await using state = await mkdtempDisposable(join(tmpdir(), 'plumbline-sweep-'));
  const ledgers = join(state.path, 'plumbline/ledger');
  await mkdir(ledgers, {recursive: true, mode: 0o700});
  await writeFile(join(state.path, 'file'), '');
  const entry: LedgerEntry = {kind: 'folder', path: join(state.path, 'file/folder')};
  await writeFile(join(ledgers, 'dead.jsonl'), `${JSON.stringify({type: 'made', entry})}\n`);
  const {exitCode, stdout, stderr} = await plumbline(['sweep'], {XDG_STATE_HOME: state.path});
  expect({exitCode, stdout}).toEqual({exitCode: 5, stdout: ''});
  expect(stderr).toMatch(/^Cannot remove the folder ".*\/file\/folder" that the run "dead" left: ENOTDIR.*\n$/);
});
