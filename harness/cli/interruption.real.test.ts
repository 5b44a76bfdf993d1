import {existsSync, mkdirSync, readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {execa} from 'execa';
import {expect, onTestFinished, test} from 'vitest';
import {untilSo} from './plumbline-process.ts';
import {TestPlace} from './test-place.ts';

/** A scenario that says in a file that it has come so far, and goes no further. */
const waiting = (mark: string): string => `import {writeFileSync} from 'node:fs';
const check = () => { writeFileSync('${mark}', ''); return new Promise(() => {}); };
scenario('waits', {workload: nginx, reach: {docker: usualReach.docker}, check});
scenario('comes after it', {workload: nginx, reach: {docker: usualReach.docker}});`;

const makePlace = async (): Promise<TestPlace> => {
  const place = await TestPlace.make();
  onTestFinished(() => place[Symbol.asyncDispose]());
  return place;
};

/** Whether a run has noted the cgroup of a machine, which it does right before it starts the first process of that. */
const startsMachine = ({folder}: TestPlace): boolean => {
  const ledgers = join(folder, 'plumbline/ledger');
  const files = existsSync(ledgers) ? readdirSync(ledgers).filter((file) => file.endsWith('.jsonl')) : [];
  return files.some((file) => readFileSync(join(ledgers, file), 'utf8').includes('"kind":"cgroup"'));
};

test.for([
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const)('%s in the middle of a cell ends the run in order', async ([signal, code]) => {
  const place = await makePlace();
  const mark = join(place.folder, 'mark');
  const tool = place.startRun([await place.scenario('waiting', waiting(mark))]);
  await untilSo(() => existsSync(mark), tool);
  const signalledAt = performance.now();
  tool.kill(signal);
  const {exitCode} = await tool;
  expect(performance.now() - signalledAt).toBeLessThan(10_000);
  expect(exitCode).toBe(code);
  const [record] = await place.records();
  expect(record?.exitCode).toBe(code);
  expect(record?.cells.map(({status, failures}) => [status, failures[0]?.sentence])).toEqual([
    ['not-run', 'Interrupted before its end'],
    ['not-run', 'Interrupted before its end'],
  ]);
  expect(await place.leftovers()).toEqual([]);
});

test('SIGINT ends a cell that loops without a pause', async () => {
  const place = await makePlace();
  const mark = join(place.folder, 'mark');
  const looping = `import {writeFileSync} from 'node:fs';
const check = () => { writeFileSync('${mark}', ''); while (true) {} };
scenario('loops', {workload: nginx, reach: {docker: usualReach.docker}, check});`;
  const tool = place.startRun([await place.scenario('looping', looping)]);
  await untilSo(() => existsSync(mark), tool);
  const signalledAt = performance.now();
  tool.kill('SIGINT');
  const {exitCode} = await tool;
  expect(performance.now() - signalledAt).toBeLessThan(60_000);
  expect(exitCode).toBe(130);
  const [record] = await place.records();
  expect(record?.cells).toMatchObject([{status: 'not-run', failures: [{sentence: 'Interrupted before its end'}]}]);
  expect(await place.leftovers()).toEqual([]);
});

test('SIGINT while the first machine starts ends the run in order', async () => {
  const place = await makePlace();
  const tool = place.startRun(['scenarios/nginx.scenario.ts']);
  await untilSo(() => startsMachine(place), tool);
  tool.kill('SIGINT');
  const {exitCode} = await tool;
  expect(exitCode).toBe(130);
  const [record] = await place.records();
  // Those that became ready.
  expect(record?.machines).toEqual([]);
  expect(record?.cells.map(({status}) => status)).toEqual(Array.from({length: 5}, () => 'not-run'));
  expect(await place.leftovers()).toEqual([]);
});

test('what can not be thrown away is told by a run that a signal ends, and by the next one', async () => {
  const place = await makePlace();
  const [mark, runs] = [join(place.folder, 'mark'), join(place.folder, 'plumbline/runs')];
  const stuck = `import {execFileSync} from 'node:child_process';
import {mkdirSync, readdirSync, writeFileSync} from 'node:fs';
const check = () => {
  const folder = '${runs}/' + readdirSync('${runs}')[0] + '/machine-1/stuck';
  mkdirSync(folder);
  execFileSync('mount', ['--bind', folder, folder]);
  writeFileSync('${mark}', '');
  return new Promise(() => {});
};
scenario('is stuck', {workload: nginx, reach: {docker: usualReach.docker}, check});`;
  const tool = place.startRun([await place.scenario('stuck', stuck)]);
  await untilSo(() => existsSync(mark), tool);
  tool.kill('SIGINT');
  expect((await tool).exitCode).toBe(130);
  const [record] = await place.records();
  const folder = join(runs, record?.id ?? '', 'machine-1/stuck');
  onTestFinished(async () => void (await execa({reject: false})`umount ${folder}`));
  expect(record?.failures.map(({sentence}) => sentence)).toContainEqual(expect.stringMatching(/^EBUSY: .*stuck/v));
  const {stdout} = await place.startRun(['scenarios/nginx.scenario.ts', '--level', 'runc']);
  expect(stdout).toMatch(/Cannot remove the folder ".*machine-1" that the run ".*" left: EBUSY: .*stuck/v);
});

test('what can not be thrown away of a machine that starts is told by a run that a signal ends', async () => {
  const place = await makePlace();
  const runs = join(place.folder, 'plumbline/runs');
  // dockerd asks it for its version before it serves anybody.
  const hanging = await place.file('oci-runtime', '#!/bin/sh\nsleep 1000\n', 0o755);
  const tool = place.startRun(['scenarios/nginx.scenario.ts', '--runc', hanging]);
  await untilSo(() => startsMachine(place), tool);
  const folder = join(runs, readdirSync(runs)[0] ?? '', 'machine-1/stuck');
  mkdirSync(folder);
  await execa`mount --bind ${folder} ${folder}`;
  onTestFinished(async () => void (await execa({reject: false})`umount ${folder}`));
  tool.kill('SIGINT');
  expect((await tool).exitCode).toBe(130);
  const [record] = await place.records();
  expect(record?.machines).toEqual([]);
  expect(record?.failures).toContainEqual(
    expect.objectContaining({runtimeSet: 'bookworm', sentence: expect.stringMatching(/^EBUSY: .*stuck/v)}),
  );
});

test('a sweep removes what a killed run left, and touches no run that is alive', async () => {
  const place = await makePlace();
  const [killedMark, livingMark] = [join(place.folder, 'killed'), join(place.folder, 'living')];
  const killed = place.startRun([await place.scenario('killed', waiting(killedMark))]);
  const living = place.startRun([await place.scenario('living', waiting(livingMark))]);
  await untilSo(() => existsSync(killedMark) && existsSync(livingMark), killed, living);
  killed.kill('SIGKILL');
  await killed;
  const {exitCode, stdout} = await place.start(['sweep']);
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/^[\w\-]+: removed cgroup .*\n$/v);
  living.kill('SIGTERM');
  expect((await living).exitCode).toBe(143);
  expect(await place.leftovers()).toEqual([]);
});

test('two runs at the same time do not see each other', async () => {
  const place = await makePlace();
  const argv = ['scenarios/nginx.scenario.ts', '--level', 'docker,runc'];
  const ended = await Promise.all([place.startRun(argv), place.startRun(argv)]);
  expect(ended.map(({exitCode}) => exitCode)).toEqual([0, 0]);
  expect(await place.leftovers()).toEqual([]);
});
