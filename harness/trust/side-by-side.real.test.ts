import {join} from 'node:path';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {TestPlace} from '../cli/test-place.ts';
import type {RunRecord} from '../report/run-record.ts';

const SCENARIO = 'scenarios/nginx.scenario.ts';
const AT_ONCE = 4;

let place: TestPlace;
let alone: RunRecord | undefined;
let together: readonly RunRecord[];
let exitCodes: readonly (number | undefined)[];

beforeAll(async () => {
  place = await TestPlace.make();
  await place.startRun([SCENARIO]);
  [alone] = await place.records();
  // As one user starts them: with the same state, cache and folder of reports.
  const ended = await Promise.all(Array.from({length: AT_ONCE}, () => place.startRun([SCENARIO])));
  exitCodes = ended.map(({exitCode}) => exitCode);
  together = (await place.records()).filter(({id}) => id !== alone?.id);
});

afterAll(() => place[Symbol.asyncDispose]());

test('runs side by side are all green, each in machines of its own', () => {
  expect(exitCodes).toEqual(Array.from({length: AT_ONCE}, () => 0));
  expect(together).toHaveLength(AT_ONCE);
  const machines = together.flatMap((record) => record.machines.map(({id}) => id));
  expect(new Set(machines).size).toBe(machines.length);
  expect(machines.length).toBeGreaterThanOrEqual(AT_ONCE);
});

test('each of them finds what a run alone finds', async () => {
  expect(alone?.cells.map(({status}) => status)).toEqual(Array.from({length: 5}, () => 'passed'));
  for (const {id} of together) {
    const reports = join(place.folder, 'reports');
    const {exitCode, stdout} = await place.start(['compare', join(reports, alone?.id ?? ''), join(reports, id)]);
    expect(exitCode, stdout).toBe(0);
  }
});

test('nothing of any of them is left', async () => {
  expect(await place.leftovers()).toEqual([]);
});
