import {afterAll, beforeAll, expect, test} from 'vitest';
import type {CellRecord} from '../report/run-record.ts';
import {TestPlace} from './test-place.ts';

const statements = `const ending = {
  ...nginx,
  image: {...nginx.image, name: 'docker.io/library/ending:latest', config: {...nginx.image.config, Cmd: ['sh', '-c', 'echo last words; exit 3']}},
  command: ['sh', '-c', 'echo last words; exit 3'],
};
scenario('ends at once', {workload: ending, reach: {docker: usualReach.docker, ctr: {isolated: usualReach.ctr.isolated}, runc: usualReach.runc}});
// The last command that is run beside every workload ends this one.
const command = '/nonexistent/command';
const killer = \`#!/bin/sh\\nkill -TERM 1; sleep 60\\n\`;
const fragile = ['sh', '-c', \`mkdir /nonexistent; printf '\${killer}' >\${command}; chmod +x \${command}; exec nginx -g 'daemon off;'\`];
scenario('ends later', {workload: {...nginx, image: {...nginx.image, name: 'docker.io/library/fragile:latest', config: {...nginx.image.config, Cmd: fragile}}, command: fragile}, reach: usualReach});
// Any shell that is started beside this one ends it: the commands after the first find nothing to run beside.
const shell = '/usr/local/bin/sh';
const brittle = ['sh', '-c', \`mkdir -p /usr/local/bin; printf '\${killer}' >\${shell}; chmod +x \${shell}; exec nginx -g 'daemon off;'\`];
scenario('ends early', {workload: {...nginx, image: {...nginx.image, name: 'docker.io/library/brittle:latest', config: {...nginx.image.config, Cmd: brittle}}, command: brittle}, reach: {docker: usualReach.docker, ctr: {isolated: usualReach.ctr.isolated}, runc: usualReach.runc}});
scenario('never answers', {workload: {...nginx, port: 81}, reach: {docker: usualReach.docker}});
// What is called nginx then is the image of the one before: it answers as well.
scenario('is another image', {workload: nginx, at: {docker: ['published'], ctr: ['isolated'], runc: ['netns']}, prepare: async ({machine, level}) => {
  const tag = level === 'ctr' ? ['ctr', 'images', 'tag', '--force'] : ['docker', 'tag'];
  await machine.succeed([...tag, 'docker.io/library/fragile:latest', nginx.image.name]);
}});`;

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

test.for([
  ['ends early', 'docker'],
  ['ends early', 'ctr'],
  ['ends early', 'runc'],
  ['ends later', 'docker'],
  ['ends later', 'ctr'],
  ['ends later', 'runc'],
])('a workload that %s beside a command fails its cells at level %s', ([scenario, level]) => {
  const ended = cells.filter((one) => one.scenario === scenario && one.level === level);
  expect(ended.length).toBeGreaterThan(0);
  // Of ctr a folder of FIFOs may be left as well, of the command that ended with it.
  for (const {
    failures: [first],
  } of ended) {
    expect(first).toMatchObject({
      class: 'workload',
      sentence: expect.stringMatching(/the workload has ended, having said: .* exit$/),
    });
  }
});

test.for(['docker', 'ctr', 'runc'])('an image that is not the one that was baked is refused at level %s', (level) => {
  const cell = cells.find((one) => one.scenario === 'is another image' && one.level === level);
  const digest = 'sha256:[0-9a-f]{64}';
  expect(cell?.failures[0]).toMatchObject({
    class: 'runtime',
    sentence: expect.stringMatching(
      new RegExp(`^Cannot accept the image of "nginx": its manifest is "${digest}", and must be "${digest}"$`, 'v'),
    ),
  });
});

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
