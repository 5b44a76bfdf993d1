import {join} from 'node:path';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {TestPlace} from './test-place.ts';

const statements = `scenario('passes', {workload: nginx, reach: {runc: usualReach.runc}});
scenario('fails', {workload: nginx, reach: {runc: usualReach.runc}, check: async ({machine, running, step, expectReach}) => {
  await step('remove the address', () => machine.succeed(['ip', '-netns', 'nginx_netw', 'address', 'del', '192.168.10.1/24', 'dev', 'veth-nginx']));
  await expectReach(running, 100);
}});`;

let place: TestPlace;
let reports: string;
let failed: Awaited<ReturnType<TestPlace['start']>>;

beforeAll(async () => {
  place = await TestPlace.make();
  reports = join(place.folder, 'reports');
  failed = await place.startRun(['--keep', 'on-failure', await place.scenario('kept', statements)]);
});

afterAll(() => place[Symbol.asyncDispose]());

const runId = async (index: number): Promise<string> => (await place.records()).at(index)?.id ?? '';

/** What the machine that a run kept has of the workload. */
const lookInto = async (id: string): Promise<string> => {
  const look = 'runc list -q; ip -netns nginx_netw -4 -brief address show dev veth-nginx';
  return (await place.start(['shell', join(reports, id), '--', 'sh', '-c', look])).stdout;
};

test('a machine is kept as the failure left it: with the workload, and what is wrong', async () => {
  const [record] = await place.records();
  expect(failed.exitCode).toBe(1);
  expect(record?.machines.map(({kept}) => kept)).toEqual([true]);
  expect(failed.stdout).toContain(`"npx plumbline shell ${join(reports, record?.id ?? '')}" opens a shell in it`);
  expect(await lookInto(record?.id ?? '')).toBe('plumbline-nginx\n');
});

test('a replay runs what ran before, and stops before the step that failed', async () => {
  const {exitCode, stdout} = await place.start([
    'replay',
    join(reports, await runId(0)),
    'kept: fails',
    '--reports',
    reports,
  ]);
  const [, again] = await place.records();
  expect(exitCode).toBe(0);
  expect(again?.cells.map(({scenario, status}) => [scenario, status])).toEqual([
    ['passes', 'passed'],
    ['fails', 'not-run'],
  ]);
  expect(stdout).toContain(`npx plumbline shell ${join(reports, again?.id ?? '')}`);
  // The truth table held the first time: what failed is the second asking, after the address had gone.
  expect(again?.cells[1]?.steps.map(({title}) => title)).toContain('remove the address');
  expect(await lookInto(again?.id ?? '')).toBe('plumbline-nginx\n');
});

test('only what failed is run again', async () => {
  const {exitCode} = await place.startRun(['--failed']);
  const records = await place.records();
  expect(exitCode).toBe(1);
  expect(records.at(-1)?.cells.map(({scenario, status}) => [scenario, status])).toEqual([['fails', 'failed']]);
});

test('a replay of what was left behind stops with it in the machine', async () => {
  const leaves = `scenario('leaves a file', {workload: nginx, reach: {runc: usualReach.runc}, check: async ({machine}) => {
    await machine.succeed(['touch', '/root/left']);
  }});`;
  await place.startRun([await place.scenario('leaving', leaves)]);
  const left = await runId(-1);
  const {exitCode, stdout} = await place.start(['replay', join(reports, left), 'leaves', '--reports', reports]);
  expect(exitCode, stdout).toBe(0);
  const again = join(reports, await runId(-1));
  expect(stdout).toContain(`npx plumbline shell ${again}`);
  expect((await place.start(['shell', again, '--', 'ls', '/root'])).stdout).toBe('left\n');
});

test('a replay that does not stop keeps no machine', async () => {
  const mark = join(place.folder, 'failed-once');
  const passesAtLast = `scenario('always fails', {workload: nginx, reach: {runc: usualReach.runc}, check: async ({machine}) => {
    await machine.succeed(['false']);
  }});
  scenario('fails once', {workload: nginx, reach: {runc: usualReach.runc}, check: async () => {
    const {existsSync, writeFileSync} = await import('node:fs');
    if (!existsSync('${mark}')) {
      writeFileSync('${mark}', '');
      throw new Error('not yet');
    }
  }});`;
  await place.startRun([await place.scenario('at-last', passesAtLast)]);
  const {stdout} = await place.start(['replay', join(reports, await runId(-1)), 'fails once', '--reports', reports]);
  expect(stdout).toContain('It has not failed this time');
  expect(stdout).not.toContain('Kept the machine');
  const again = (await place.records()).at(-1);
  expect(again?.cells.map(({status}) => status)).toEqual(['failed', 'passed']);
  expect(again?.machines.map(({kept}) => kept)).toEqual([false]);
});

test('a machine that was swept opens no shell, and that is said', async () => {
  await place.start(['sweep']);
  const [record] = await place.records();
  expect(await place.start(['shell', join(reports, record?.id ?? '')])).toMatchObject({
    exitCode: 2,
    stdout: '',
    stderr: `Cannot open a shell in the machine "${record?.machines[0]?.id}": it does not answer any more, as after "plumbline sweep" or a restart of this host\n`,
  });
});
