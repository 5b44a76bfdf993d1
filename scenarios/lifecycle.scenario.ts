import {scenario} from '../harness/scenario/scenario.ts';
import {usualReach} from './reach.ts';
import {nginx} from './workloads/nginx.ts';

scenario('is running, and its log says who asked', {
  workload: nginx,
  reach: usualReach,
  check: async ({running, expect, eventually, step}) => {
    await step('the runtime calls it running', async () => {
      expect(await running.state()).toBe('running');
    });
    await step('the access log comes out', async () => {
      await eventually(() => running.logs(), {withinMs: 5000}).toMatch(/"GET \/ HTTP\/1\.1" 200/);
    });
  },
});

scenario('stops on SIGTERM with exit code 0', {
  workload: nginx,
  reach: usualReach,
  check: async ({running, expect, step, signal}) => {
    await step('send SIGTERM', () => running.kill('SIGTERM'));
    const exitCode = await step('wait for its end', () => running.waitForExit(signal));
    expect(exitCode).toBe(0);
    expect(await running.state()).toBe('stopped');
  },
});

scenario('ends on SIGKILL with exit code 137', {
  workload: nginx,
  reach: usualReach,
  check: async ({running, expect, step, signal}) => {
    await step('send SIGKILL', () => running.kill('SIGKILL'));
    const exitCode = await step('wait for its end', () => running.waitForExit(signal));
    expect(exitCode).toBe(137);
  },
});

scenario('starts again under the same name', {
  workload: nginx,
  reach: usualReach,
  check: async ({running, start, expectReach, expect, step}) => {
    await step('remove it', async () => running[Symbol.asyncDispose]());
    const again = await step('start it again', start);
    expect(again.name).toBe(running.name);
    expect(await again.state()).toBe('running');
    await expectReach(again);
  },
});
