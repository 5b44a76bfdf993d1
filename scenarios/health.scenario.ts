import {walkthrough} from '../harness/scenario/scenario.ts';
import {runInBackground} from './docker-containers.ts';
import {outcomeOf} from './outcome.ts';
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
      const [first, second] = (await health()).Log;
      const pause = Date.parse(second?.Start ?? '') - Date.parse(first?.End ?? '');
      // Since docker 27 it is five seconds, unless told: https://github.com/moby/moby/pull/47799
      record('lifecycle.health.pauseWhileItStarts', pause < 3000 ? 'its interval' : 'longer');
    });
  },
});

walkthrough('is checked more often while it starts', {
  workload: nginx,
  level: 'docker',
  network: 'published',
  notAt: {ctr: 'it knows no health checks', runc: 'it knows no health checks'},
  steps: async ({machine, step, eventually, record, defer}) => {
    const name = 'plumbline-starting';
    const often = ['--health-start-period', '60s', '--health-start-interval', '200ms'];
    const check = ['--health-cmd', 'false', '--health-interval', '1h', ...often];
    defer(() => machine.exec(['docker', 'rm', '--force', name]));
    const result = await machine.exec(['docker', 'run', '--detach', '--name', name, ...check, nginx.image.name]);
    record('surface.docker.healthStartInterval', outcomeOf(result));
    if (result.exitCode === 0) {
      await step('two checks', async () => {
        const inspect = ['docker', 'inspect', '--format', '{{len .State.Health.Log}}', name];
        const done = async () => Number(await machine.succeed(inspect));
        await eventually(done, {withinMs: 20_000}).toBeGreaterThanOrEqual(2);
      });
    }
  },
});

/** What `docker inspect` says of checks. */
interface Health {
  readonly Status: string;
  readonly FailingStreak: number;
  readonly Log: readonly {readonly Start: string; readonly End: string}[];
}
