import {appendFile, mkdtemp, readFile, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, expect, test, vi} from 'vitest';

const home = await mkdtemp(join(tmpdir(), 'ledger-'));
vi.stubEnv('XDG_STATE_HOME', home);
// Where the state is kept is decided when this is loaded.
const {Ledger} = await import('./ledger.ts');
const {entriesToUndo, parseLedger} = await import('./sweep.ts');
afterAll(async () => {
  vi.unstubAllEnvs();
  await rm(home, {recursive: true});
});

test('what a sweep could not read back is refused before it is made', async () => {
  await using ledger = await Ledger.start('run');
  expect(() => ledger.record({kind: 'folder', path: 'state/runs/run'})).toThrow(
    'Cannot note the folder "state/runs/run": no sweep would take it away',
  );
  expect(await readFile(join(home, 'plumbline/ledger/run.jsonl'), 'utf8')).not.toContain('"made"');
});

test('a line that a full disk took half of does not spoil the next one', async () => {
  await using ledger = await Ledger.start('full');
  const file = join(home, 'plumbline/ledger/full.jsonl');
  await appendFile(file, '{"type":"made","ent');
  const entry = {kind: 'folder', path: '/state/runs/full'} as const;
  ledger.record(entry);
  expect(entriesToUndo(parseLedger(await readFile(file, 'utf8')))).toEqual([entry]);
  ledger.settle(entry);
});
