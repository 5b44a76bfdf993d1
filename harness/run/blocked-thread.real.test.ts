import {expect, onTestFinished, test} from 'vitest';
import {TestPlace} from '../cli/test-place.ts';

const looping = `scenario('loops', {workload: nginx, reach: {docker: usualReach.docker}, check: () => { while (true) {} }});
scenario('comes after it', {workload: nginx, reach: {docker: usualReach.docker}});`;

test('a cell that loops without a pause fails at its deadline, and the next one runs', async () => {
  const place = await TestPlace.make();
  onTestFinished(() => place[Symbol.asyncDispose]());
  const argv = [await place.scenario('looping', looping), '--deadline', '20'];
  const {exitCode} = await place.startRun(argv);
  expect(exitCode).toBe(2);
  const [record] = await place.records();
  expect(record?.failures).toEqual([]);
  expect(record?.cells.map(({status}) => status)).toEqual(['failed', 'passed']);
  expect(record?.cells[0]?.failures).toMatchObject([
    {
      class: 'usage',
      sentence: expect.stringMatching(
        /^Cannot run "looping: loops .*" to its end: it holds its thread for more than 20 s/v,
      ),
    },
  ]);
  expect(record?.machines.map(({kept}) => kept ?? false)).toEqual([false, false]);
  expect(await place.leftovers()).toEqual([]);
});
