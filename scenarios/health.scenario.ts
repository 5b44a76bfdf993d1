import {walkthrough} from '../harness/scenario/scenario.ts';
import {runInBackground} from './docker-containers.ts';
import {nginx} from './workloads/nginx.ts';

walkthrough('fails its health check while it starts', {
  workload: nginx,
  level: 'docker',
  network: 'published',
  notAt: {ctr: 'it knows no health checks', runc: 'it knows no health checks'},
  steps: async (context) => {
    const {machine, step, eventually, record} = context;
    const check = ['--health-cmd', 'false', '--health-interval', '200ms', '--health-retries', '2'];
    await runInBackground(context, 'plumbline-ill', [...check, '--health-start-period', '60s']);
    await step('three checks', async () => {
      const inspect = ['docker', 'inspect', '--format', '{{json .State.Health}}', 'plumbline-ill'];
      const health = async () => JSON.parse(await machine.succeed(inspect)) as Health;
      await eventually(async () => (await health()).Log.length, {withinMs: 20_000}).toBeGreaterThanOrEqual(3);
      const {Status: status, FailingStreak: streak} = await health();
      record('lifecycle.health.whileItStarts', status);
      record('lifecycle.health.failuresCount', streak > 0);
    });
  },
});

/** What `docker inspect` says of checks. */
interface Health {
  readonly Status: string;
  readonly FailingStreak: number;
  readonly Log: readonly unknown[];
}
