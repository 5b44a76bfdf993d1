import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {Door} from './door.ts';

test('a command ends as wait(2) says, by a real-time signal too, which has no name', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'door-'));
  onTestFinished(async () => rm(folder, {recursive: true}));
  // It opens onto this host, as nothing is to be entered first.
  const door = new Door(folder, []);
  const endOf = async (script: string) => door.start(['/bin/sh', '-c', script], {}, 'null').ended;
  expect(await endOf('exit 0')).toEqual({exitCode: 0, signal: undefined});
  expect(await endOf('exit 3')).toEqual({exitCode: 3, signal: undefined});
  expect(await endOf('kill -TERM $$')).toEqual({exitCode: undefined, signal: 'SIGTERM'});
  expect(await endOf('kill -40 $$')).toEqual({exitCode: undefined, signal: 'SIG40'});
});
