import {readdir, readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {TestPlace} from '../cli/test-place.ts';

const holding = `const {execFileSync} = process.getBuiltinModule('node:child_process');
const {docker} = usualReach;
scenario('leaves an error', {workload: nginx, reach: {docker}, check: async () => void Promise.reject(new Error('left'))});
scenario('loops', {workload: nginx, reach: {docker}, check: () => { while (true) {} }});
scenario('waits for a child', {workload: nginx, reach: {docker}, check: () => {
  while (true) try { execFileSync('sh', ['-c', 'sleep 1000; true']) } catch {}
}});
scenario('comes after them', {workload: nginx, reach: {docker}});`;

test('a cell that holds its thread fails at its deadline, and the next one runs', async () => {
  const place = await TestPlace.make();
  onTestFinished(() => place[Symbol.asyncDispose]());
  const argv = [await place.scenario('holding', holding), '--deadline', '20'];
  const {exitCode} = await place.startRun(argv);
  expect(exitCode).toBe(2);
  const [record] = await place.records();
  expect(record?.failures).toMatchObject([{sentence: 'left'}]);
  expect(record?.cells.map(({status}) => status)).toEqual(['passed', 'failed', 'failed', 'passed']);
  for (const {name, failures} of record?.cells.slice(1, 3) ?? []) {
    const sentence = `Cannot run "${name}" to its end: it holds its thread for more than 20 s, as code does that loops or waits for a program without a pause`;
    expect(failures).toMatchObject([{class: 'usage', sentence}]);
  }
  const reports = join(place.folder, 'reports');
  const results = join(reports, record?.id ?? '', 'allure-results');
  const files = (await readdir(results)).filter((file) => file.endsWith('-result.json'));
  const told = await Promise.all(files.map(async (file) => JSON.parse(await readFile(join(results, file), 'utf8'))));
  expect(told.map(({status}) => status as string).toSorted()).toEqual(['broken', 'broken', 'passed', 'passed']);
  // Nobody is to wait for it any longer where a cell has all the time that a person wants.
  const replay = await place.start(['replay', join(reports, record?.id ?? ''), 'loops', '--reports', reports]);
  expect(replay).toMatchObject({
    exitCode: 2,
    stdout: expect.stringContaining('it holds its thread for more than 20 s'),
  });
  expect(await place.leftovers()).toEqual([]);
});
