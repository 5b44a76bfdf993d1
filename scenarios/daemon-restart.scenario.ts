import {ociRuntimeFlags} from '../harness/levels/ctr.ts';
import type {Machine} from '../harness/scenario/definition.ts';
import {walkthrough} from '../harness/scenario/scenario.ts';
import {configureDockerd, restart, type Ending} from '../harness/scenario/daemons.ts';
import {endpointOf, inspectContainer, runInBackground, stateOf} from './docker-containers.ts';
import {nginx} from './workloads/nginx.ts';

// What becomes of containers whose daemon goes away, on purpose or not, and comes back.

const endings: readonly Ending[] = ['stopped', 'killed'];

const notAt = {ctr: 'dockerd is above it', runc: 'it has no daemon'};

/** Ends with 9 on SIGTERM, so that a stop is told from a kill. */
const patient = ['sh', '-c', 'trap "exit 9" TERM; echo up; while :; do sleep 0.1; done'];
/** The image asks for SIGQUIT, which nginx takes for a wish to end well. */
const onTerm = ['--stop-signal', 'SIGTERM'];

for (const ending of endings) {
  walkthrough(`dockerd is ${ending}: what its containers come to`, {
    workload: nginx,
    level: 'docker',
    network: 'published',
    notAt,
    steps: async (context) => {
      const {machine, step, expect, eventually, record, tally} = context;
      await step('start three containers', async () => {
        await runInBackground(context, 'plumbline-plain', onTerm, patient);
        await runInBackground(context, 'plumbline-removed', [...onTerm, '--rm'], patient);
        await runInBackground(context, 'plumbline-again', [...onTerm, '--restart', 'always'], patient);
      });
      await restart(context, 'dockerd', ending);
      await step('look at them', async () => {
        expect(await stateOf(context, 'plumbline-plain')).toMatch(/^exited \d+$/);
        record(`lifecycle.restart.${ending}.plain`, await stateOf(context, 'plumbline-plain'));
        await eventually(() => stateOf(context, 'plumbline-removed')).toBe('gone');
        await eventually(() => stateOf(context, 'plumbline-again')).toBe('running');
      });
      await step('what is kept of the one that is removed', async () => {
        // A daemon that ends while it removes a container may leave it dead, or its folder, which nobody removes after that.
        const dead = async () =>
          (await machine.succeed(['docker', 'ps', '--all', '--quiet', '--filter', 'status=dead'])).trim().split('\n');
        await eventually(dead, {withinMs: 3000})
          .toEqual([''])
          .catch(() => undefined);
        const ids = (await dead()).filter(Boolean);
        for (const id of ids) {
          await machine.succeed(['docker', 'rm', '--force', id]);
        }
        if ((await dead()).some(Boolean)) {
          // Where two removals met, docker 20.10 remembers a container that nothing is left of.
          await restart(context, 'dockerd');
        }
        const folder = '/var/lib/docker/containers';
        const known = (await machine.succeed(['docker', 'ps', '--all', '--quiet', '--no-trunc'])).split('\n');
        const left = (await machine.succeed(['ls', folder]))
          .split('\n')
          .filter((id) => id !== '' && !known.includes(id));
        await machine.succeed(['rm', '-rf', ...left.map((id) => `${folder}/${id}`)]);
        tally(`lifecycle.restart.${ending}.leavesRemoved`, ids.length + left.length > 0 ? 1 : 0, 1);
      });
    },
  });

  walkthrough(`dockerd is ${ending} with live-restore: its containers go on`, {
    workload: nginx,
    level: 'docker',
    network: 'published',
    notAt,
    steps: async (context) => {
      const {machine, step, expect, eventually, record} = context;
      await configureDockerd(context, {'live-restore': true});
      await step('start a server, and one that is removed at its end', async () => {
        await runInBackground(context, 'plumbline-server', ['--publish', '8090:80']);
        await runInBackground(context, 'plumbline-removed', ['--rm'], patient);
      });
      const pidOf = async () => (await inspectContainer(context, 'plumbline-server'))?.State.Pid;
      const before = await pidOf();
      await restart(context, 'dockerd', ending);
      await step('the server answers, and can be entered and read', async () => {
        expect(await pidOf()).toBe(before);
        await eventually(() => answersAt(machine, 'http://127.0.0.1:8090')).toBe(true);
        expect((await machine.succeed(['docker', 'exec', 'plumbline-server', 'echo', 'here'])).trim()).toBe('here');
        expect(await machine.succeed(['docker', 'logs', 'plumbline-server'])).toContain('GET /');
      });
      await step('what is removed at its end', async () => {
        // Up to docker 24 it was removed with the restart: https://github.com/moby/moby/pull/46857
        record(`lifecycle.liveRestore.${ending}.removedAtItsEnd`, await stateOf(context, 'plumbline-removed'));
      });
      await step('it can be stopped', async () => {
        await machine.succeed(['docker', 'stop', '--time', '5', 'plumbline-server']);
        record(`lifecycle.liveRestore.${ending}.stoppedWith`, await stateOf(context, 'plumbline-server'));
      });
    },
  });

  walkthrough(`containerd is ${ending}: docker's containers go on`, {
    workload: nginx,
    level: 'docker',
    network: 'published',
    notAt: {ctr: 'its own containers are another scenario', runc: 'it has no daemon'},
    steps: async (context) => {
      const {machine, step, expect, eventually} = context;
      await runInBackground(context, 'plumbline-server');
      const pidOf = async () => (await inspectContainer(context, 'plumbline-server'))?.State.Pid;
      const before = await pidOf();
      await restart(context, 'containerd', ending);
      await step('the same process runs, and can be entered once dockerd has found containerd again', async () => {
        expect(await pidOf()).toBe(before);
        const entered = async () => (await machine.exec(['docker', 'exec', 'plumbline-server', 'true'])).exitCode;
        await eventually(entered, {withinMs: 20_000}).toBe(0);
      });
      await step('it ends as it should', async () => {
        await machine.succeed(['docker', 'kill', 'plumbline-server']);
        await eventually(() => stateOf(context, 'plumbline-server')).toBe('exited 137');
      });
    },
  });

  walkthrough(`containerd is ${ending}: ctr's containers go on`, {
    workload: nginx,
    level: 'ctr',
    network: 'isolated',
    notAt: {docker: "docker's containers are another scenario", runc: 'it has no daemon'},
    steps: async (context) => {
      const {machine, runc, step, expect, eventually, defer} = context;
      const name = 'plumbline-server';
      await step('ctr run --detach', async () => {
        defer(() => machine.succeed(['ctr', 'containers', 'delete', name]));
        defer(() => machine.succeed(['ctr', 'tasks', 'delete', '--force', name]));
        const argv = [...ociRuntimeFlags(runc), nginx.image.name, name];
        await machine.succeed(['sh', '-c', 'exec ctr run --detach "$@" >/dev/null 2>&1', 'sh', ...argv]);
      });
      const task = async () =>
        (await machine.succeed(['ctr', 'tasks', 'list'])).split('\n').find((line) => line.startsWith(name));
      const before = await task();
      expect(before).toContain('RUNNING');
      // dockerd tries to find containerd again at growing intervals, and starts no container meanwhile; a new one asks at once.
      defer(() => restart(context, 'dockerd'));
      await restart(context, 'containerd', ending);
      await step('the same process runs and can be entered', async () => {
        await eventually(task, {withinMs: 20_000}).toBe(before);
        await machine.succeed(['ctr', 'tasks', 'exec', '--exec-id', 'one', name, 'true']);
      });
    },
  });
}

walkthrough('the shim of a container is killed', {
  workload: nginx,
  level: 'docker',
  network: 'published',
  notAt: {ctr: 'its shim is the same program', runc: 'it has no shim'},
  steps: async (context) => {
    const {machine, step, expect, eventually, record} = context;
    await runInBackground(context, 'plumbline-server');
    const pid = (await inspectContainer(context, 'plumbline-server'))?.State.Pid;
    await step('kill it', async () => {
      const shim = (await machine.succeed(['ps', '-o', 'ppid=', '-p', String(pid)])).trim();
      expect(await machine.succeed(['ps', '-o', 'args=', '-p', shim])).toContain('containerd-shim');
      await machine.succeed(['kill', '-KILL', shim]);
    });
    await step('what the daemons make of it', async () => {
      await eventually(() => stateOf(context, 'plumbline-server'), {withinMs: 20_000}).toMatch(/^exited/);
      record('lifecycle.shimKilled.state', await stateOf(context, 'plumbline-server'));
      await eventually(async () => (await machine.exec(['ps', '-p', String(pid)])).exitCode).not.toBe(0);
    });
    await step('it can be started again', async () => {
      await machine.succeed(['docker', 'start', 'plumbline-server']);
      expect(await stateOf(context, 'plumbline-server')).toBe('running');
      const {IPAddress: address} = await endpointOf(context, 'plumbline-server');
      await eventually(() => answersAt(machine, `http://${address}`)).toBe(true);
    });
  },
});

const answersAt = async (machine: Machine, url: string): Promise<boolean> =>
  (await machine.exec(['curl', '--silent', '--fail', '--max-time', '2', url])).exitCode === 0;
