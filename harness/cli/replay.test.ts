import {mkdtempDisposable} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {exampleCell, exampleFailure, exampleMachine, exampleRun} from '../report/example-run.ts';
import {writeRun} from '../report/run-file.ts';
import type {FailureRecord, RunRecord} from '../report/run-record.ts';
import {plumbline} from './plumbline-process.ts';
import {exitCodeOfStopped, machineDifferences, runtimeDifferences} from './replay.ts';

const residue = exampleFailure({class: 'residue'});

test.each<[ended: number, after: string, exitCode: number, failures: FailureRecord[]]>([
  [0, 'its cell was left', 4, []],
  [0, 'its cell went on and failed', 1, []],
  [143, 'SIGTERM', 143, []],
  [129, 'SIGHUP', 129, [residue]],
  [5, 'something was left on the host', 1, [residue]],
])('a replay that has stopped ends with %i after %s', (ended, _, exitCode, failures) => {
  expect(exitCodeOfStopped({exitCode, failures})).toBe(ended);
});

/** Replays the cell of a run of this record. */
const replayOf = async (changes: Partial<RunRecord>) => {
  await using place = await mkdtempDisposable(join(tmpdir(), 'plumbline-replay-'));
  await writeRun(place.path, exampleRun({id: 'recorded', ...changes}));
  return await plumbline(['replay', place.path, 'runc', '--reports', place.path]);
};

test('a cell of an upgraded machine is not replayed on another', {timeout: 30_000}, async () => {
  const cells = [exampleCell({level: 'runc', network: 'netns', status: 'failed'})];
  expect(await replayOf({options: {from: 'bookworm', to: 'trixie'}, cells})).toMatchObject({
    exitCode: 2,
    stdout: '',
    stderr:
      'Cannot replay a cell of "recorded": it ran for an upgrade from "bookworm" to "trixie", not on machines as "plumbline run" makes them\n',
  });
});

test.each([
  ['a scenario that is no more', {scenario: 'is gone'}],
  ['a cell that its scenario no more has', {scenario: 'serves its welcome page', network: 'isolated'} as const],
])('%s is not replayed, and no machine is started for it', {timeout: 30_000}, async (_, changes) => {
  const cell = exampleCell({level: 'runc', network: 'netns', status: 'failed', ...changes});
  const {exitCode, stdout, stderr} = await replayOf({cells: [cell]});
  expect({exitCode, stdout}).toEqual({exitCode: 2, stdout: ''});
  expect(stderr).toBe(
    `Cannot replay "${cell.name}": "scenarios/nginx.scenario.ts" has no scenario "${cell.scenario}" at level runc in network mode ${cell.network} any more\n`,
  );
});

test('a replay with another OCI runtime in the same place says so', () => {
  const ran = (runcDigest: string) => ({options: {runc: '/root/runc', runcDigest}});
  expect(runtimeDifferences(ran('sha256:a'), ran('sha256:b'))).toEqual([
    'Not as it was: /root/runc, given with --runc, is another program (it was sha256:a, and is sha256:b)',
  ]);
  expect(runtimeDifferences(ran('sha256:a'), ran('sha256:a'))).toEqual([]);
  const packaged = {options: {runc: 'crun'}};
  expect(runtimeDifferences(packaged, packaged)).toEqual([]);
});

test('a replay on a machine of other versions says so, where only the revision of a package was not known it does not', () => {
  const withDocker = (docker: string) => ({...exampleMachine(), versions: {docker}});
  const [then, known, next] = [withDocker('20.10.24'), withDocker('20.10.24-1+deb12u1'), withDocker('26.1.5-1')];
  expect(machineDifferences(then, known)).toEqual([]);
  expect(machineDifferences(then, next)).toEqual(['Not as it was: docker was 20.10.24, and is 26.1.5-1']);
  expect(machineDifferences(known, {...exampleMachine(), versions: {}})).toEqual([
    'Not as it was: docker was 20.10.24-1+deb12u1, and is gone',
  ]);
});
