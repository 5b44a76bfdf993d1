import {afterAll, beforeAll, expect, test} from 'vitest';
import type {CellRecord} from '../report/run-record.ts';
import {TestPlace} from './test-place.ts';

/** Scenarios that harm their machine or the worker, with one after each that must not notice. */
const statements = `const harms = (title, workload, check) => {
  scenario(title, {workload, reach: {docker: usualReach.docker}, check});
  scenario('after: ' + title, {workload: nginx, reach: {docker: usualReach.docker}});
};
harms('takes a port twice', {...nginx, publishedPort: 443}, async () => {});
harms('kills dockerd', nginx, async ({machine, running}) => {
  await machine.succeed(['pkill', '-KILL', '-x', 'dockerd']);
  await running.state();
});
harms('leaves things', nginx, async ({machine}) => {
  await machine.succeed(['sh', '-c', 'setsid -f sleep 3217 </dev/null >/dev/null 2>&1; touch /run/containerd/stray; ip link add stray0 type veth peer name stray1']);
});
harms('ends the process', nginx, async () => process.exit(1));
harms('speaks in escapes', nginx, async () => { throw new Error('\\u001b[2J\\u001b]0;title\\u0007' + 'x'.repeat(100_000)); });
harms('fails behind its own back', nginx, async () => {
  void Promise.reject(new Error('nobody looks'));
  await new Promise((resolve) => setTimeout(resolve, 100));
});`;

let place: TestPlace;
let ended: {readonly exitCode?: number | undefined; readonly stdout: string};

beforeAll(async () => {
  place = await TestPlace.make();
  ended = await place.startRun([await place.scenario('harm', statements)]);
});

afterAll(() => place[Symbol.asyncDispose]());

const cellOf = async (title: string): Promise<CellRecord | undefined> => {
  const [record] = await place.records();
  return record?.cells.find(({scenario}) => scenario === title);
};

test('a port that is taken is the failure of its cell, told by dockerd', async () => {
  const cell = await cellOf('takes a port twice');
  expect(cell?.failures).toHaveLength(1);
  expect(cell?.failures[0]).toMatchObject({
    class: 'runtime',
    layer: 'dockerd',
    command: expect.arrayContaining(['443:80']),
  });
  expect(cell?.failures[0]?.sentence).toMatch(
    /^Cannot start the container "plumbline-nginx": port 443 of the machine is in use, by process \d+ "docker-registry /v,
  );
});

test('a dockerd that dies is named', async () => {
  const cell = await cellOf('kills dockerd');
  expect(cell?.failures[0]).toMatchObject({class: 'runtime', layer: 'dockerd'});
  expect(cell?.failures[0]?.sentence).toMatch(/^Cannot inspect the container "[0-9a-f]+": dockerd is not running$/v);
});

test('what is left in the machine fails the cell, with its owner', async () => {
  const cell = await cellOf('leaves things');
  expect(cell?.failures).toHaveLength(1);
  expect(cell?.failures[0]).toMatchObject({class: 'residue'});
  expect(cell?.failures[0]?.seen).toMatch(/process \d+ "sleep 3217", left running/v);
  expect(cell?.failures[0]?.seen).toContain('file "/run/containerd/stray" of 0 bytes (of containerd), left behind');
  expect(cell?.failures[0]?.seen).toContain('link "stray0 veth down" (of ip), left behind');
});

test('a scenario that ends the process is a failure of class harness', async () => {
  const cell = await cellOf('ends the process');
  expect(cell?.failures[0]).toMatchObject({class: 'harness'});
  expect(cell?.failures[0]?.sentence).toContain('process.exit');
});

test('an error that nobody awaits is a failure of the run', async () => {
  const [record] = await place.records();
  expect(record?.failures).toMatchObject([{class: 'harness', sentence: expect.stringContaining('nobody looks')}]);
});

test('nothing from outside reaches the terminal as it came', () => {
  // eslint-disable-next-line no-control-regex
  expect(ended.stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f]/v);
  expect(Math.max(...ended.stdout.split('\n').map((line) => line.length))).toBeLessThan(3000);
});

test('every cell that follows one of them passes', async () => {
  const [record] = await place.records();
  const after = record?.cells.filter(({scenario}) => scenario.startsWith('after')) ?? [];
  expect(after.map(({scenario, status}) => `${scenario} ${status}`)).toEqual(
    after.map(({scenario}) => `${scenario} passed`),
  );
  expect(after).toHaveLength(6);
});

test('the exit code is that of a check that failed, and nothing is left', async () => {
  expect(ended.exitCode).toBe(1);
  expect(await place.leftovers()).toEqual([]);
});
