import {mkdir, mkdtemp, readdir, rm, symlink} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, expect, test, vi} from 'vitest';

const home = await mkdtemp(join(tmpdir(), 'sweep-'));
vi.stubEnv('XDG_STATE_HOME', home);
// Where the state is kept is decided when this is loaded.
const {entriesToUndo, parseLedger, sweep, usedCacheEntries} = await import('./sweep.ts');
afterAll(async () => {
  vi.unstubAllEnvs();
  await rm(home, {recursive: true});
});

const folder = {kind: 'folder', path: '/state/runs/r'} as const;
const cgroup = {kind: 'cgroup', path: '/sys/fs/cgroup/plumbline-r'} as const;

test('what was made and is not gone is undone in reverse', () => {
  expect(
    entriesToUndo([
      {type: 'made', entry: folder},
      {type: 'made', entry: cgroup},
    ]),
  ).toEqual([cgroup, folder]);
  expect(
    entriesToUndo([
      {type: 'made', entry: folder},
      {type: 'made', entry: cgroup},
      {type: 'gone', entry: cgroup},
    ]),
  ).toEqual([folder]);
});

test('a line cut short by a crash is dropped', () => {
  const whole = JSON.stringify({type: 'made', entry: folder});
  expect(parseLedger(`${whole}\n{"type":"made","ent`)).toEqual([{type: 'made', entry: folder}]);
});

test.for(['../../etc', '/etc/passwd', '/sys/fs/cgroup'])('a cgroup at %s is no entry', (path) => {
  expect(parseLedger(JSON.stringify({type: 'made', entry: {kind: 'cgroup', path}}))).toEqual([]);
});

test('a ledger that can not be read is of no run that is known to be dead', async () => {
  const ledgers = join(home, 'plumbline/ledger');
  await mkdir(ledgers, {recursive: true});
  await symlink('run.jsonl', join(ledgers, 'run.jsonl'));
  const refusal = {failureClass: 'host', message: expect.stringContaining('run.jsonl": ELOOP')};
  await expect(sweep({kept: true})).rejects.toMatchObject(refusal);
  await expect(usedCacheEntries()).rejects.toMatchObject(refusal);
  expect(await readdir(ledgers)).toEqual(['run.jsonl']);
});
