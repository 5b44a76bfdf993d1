import assert from 'node:assert/strict';
import type {ScenarioContext} from '../harness/scenario/definition.ts';
import {walkthrough} from '../harness/scenario/scenario.ts';
import {inspectContainer, runInBackground} from './docker-containers.ts';
import {outcomeOf} from './outcome.ts';
import {nginx} from './workloads/nginx.ts';

walkthrough('fails its health check while it starts', {
  workload: nginx,
  level: 'docker',
  network: 'published',
  notAt: {ctr: 'it knows no health checks', runc: 'it knows no health checks'},
  steps: async (context) => {
    const {machine, step, eventually, record, tally} = context;
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
    tally('lifecycle.health.checkLeftBehind', await removeWhileChecked(context, 'plumbline-ill'), 1);
  },
});

walkthrough('is checked more often while it starts', {
  workload: nginx,
  level: 'docker',
  network: 'published',
  notAt: {ctr: 'it knows no health checks', runc: 'it knows no health checks'},
  steps: async (context) => {
    const {machine, step, eventually, record, defer} = context;
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
      await removeWhileChecked(context, name); // Counted above, where every version can be asked.
    }
  },
});

/**
 * Removes a container that is checked all the time. A check may be about to begin: a shim that ends then leaves the file behind in which it
 * tells the runtime the command, as only a return from https://github.com/containerd/go-runc/blob/v1.0.0/runc.go (`Exec`) removes it.
 * Removes that file as well, and returns how many there were.
 */
const removeWhileChecked = async ({machine, step, eventually}: ScenarioContext, name: string): Promise<number> => {
  const {Id: id} = (await inspectContainer({machine}, name)) ?? {};
  assert(id !== undefined, `dockerd knows no container "${name}"`);
  return step('remove it between two checks', async () => {
    await machine.succeed(['docker', 'rm', '--force', '--volumes', name]);
    // As long as its shim or a check is there, the file may still go. A shell that runs this has the brackets, and is not found.
    const processes = ['pgrep', '--full', `[${id.slice(0, 1)}]${id.slice(1)}`];
    await eventually(async () => (await machine.exec(processes)).exitCode, {withinMs: 20_000}).toBe(1);
    const find = ['find', '/tmp', '-maxdepth', '1', '-name', 'runc-process*', '-print', '-delete'];
    return (await machine.succeed(find)).split('\n').length - 1;
  });
};

/** What `docker inspect` says of checks. */
interface Health {
  readonly Status: string;
  readonly FailingStreak: number;
  readonly Log: readonly {readonly Start: string; readonly End: string}[];
}
