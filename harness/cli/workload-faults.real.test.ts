import {afterAll, beforeAll, expect, test} from 'vitest';
import type {CellRecord} from '../report/run-record.ts';
import {TestPlace} from './test-place.ts';

const statements = `const ending = {
  ...nginx,
  image: {...nginx.image, name: 'docker.io/library/ending:latest', config: {...nginx.image.config, Cmd: ['sh', '-c', 'echo last words; exit 3']}},
  command: ['sh', '-c', 'echo last words; exit 3'],
};
scenario('ends at once', {workload: ending, reach: {docker: usualReach.docker, ctr: {isolated: usualReach.ctr.isolated}, runc: usualReach.runc}});
scenario('never answers', {workload: {...nginx, port: 81}, reach: {docker: usualReach.docker}});`;

let place: TestPlace;
let exitCode: number | undefined;
let cells: readonly CellRecord[];

// The image that ends at once is baked by the first run of this test on a host.
beforeAll(async () => {
  place = await TestPlace.make();
  ({exitCode} = await place.startRun([await place.scenario('workloads', statements)]));
  const [record] = await place.records();
  cells = record?.cells ?? [];
});

afterAll(() => place[Symbol.asyncDispose]());

test.for(['docker', 'ctr', 'runc'])(
  'a workload that ends at once is told early at level %s, with its last words',
  (level) => {
    const cell = cells.find((one) => one.scenario === 'ends at once' && one.level === level);
    expect(cell?.failures).toMatchObject([{class: 'workload', sentence: expect.stringContaining('last words')}]);
    expect(cell?.durationMs).toBeLessThan(10_000);
  },
);

test('a workload that never answers is given up at the deadline', () => {
  const cell = cells.find(({scenario}) => scenario === 'never answers');
  expect(cell?.failures).toMatchObject([
    {class: 'workload', sentence: expect.stringContaining('nothing listens on port 81')},
  ]);
  expect(cell?.durationMs).toBeLessThan(30_000);
});

test('the exit code is that of a check that failed, and nothing is left', async () => {
  expect(exitCode).toBe(1);
  expect(await place.leftovers()).toEqual([]);
});
