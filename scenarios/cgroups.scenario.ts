import {walkthrough, scenario} from '../harness/scenario/scenario.ts';
import {CgroupFiles} from './cgroup-files.ts';
import {Bundle} from './bundle.ts';
import {answersOfInit, parseAnswers} from './inspection.ts';
import {outcomeOf, warns} from './outcome.ts';
import {inspector} from './workloads/inspector.ts';

const MIB = 1024 * 1024;

scenario('keeps to its memory and its share of the processors', {
  workload: {...inspector, options: {memory: 48 * MIB, cpuShares: 512}},
  at: {docker: ['published'], ctr: ['isolated'], runc: ['netns']},
  check: async (context) => {
    const {machine, running, step, record, expect} = context;
    await step('ask init', () => answersOfInit(context));
    const cgroup = new CgroupFiles(machine, running.pid);
    expect(Number(await cgroup.readOneOf('memory.max', 'memory.limit_in_bytes'))).toBe(48 * MIB);
    const share = await cgroup.readOneOf('cpu.weight', 'cpu.shares');
    // What a cgroup has that nobody gave a share: cgroups(7).
    expect(['100', '1024', 'absent']).not.toContain(share);
    record('limits.cpuShares.512', share);
    await step('a process beside it wants more memory', async () => {
      expect((await running.exec(['inspect', 'memory', String(96 * MIB)])).exitCode).toBe(137);
      expect(await cgroup.oomKills()).toBe(1);
      // The other processes live on.
      expect(await running.state()).toBe('running');
    });
  },
});

scenario('has no more processes than it may', {
  workload: {...inspector, options: {pids: 24}},
  at: {docker: ['published'], runc: ['netns']},
  notAt: {ctr: '"ctr run" has no flag for it'},
  check: async (context) => {
    const {machine, running, step, record, expect} = context;
    await step('ask init', () => answersOfInit(context));
    expect(await new CgroupFiles(machine, running.pid).read('pids.max')).toBe('24');
    await step('fork until there are no more', async () => {
      const {stdout} = await running.exec(['inspect', 'processes', '100']);
      const answer = parseAnswers(stdout).get('taken.processes') ?? '';
      expect(answer).toMatch(/^EAGAIN after \d+$/);
      // Who else is in the cgroup: init, the one that forks, and what the runtime keeps there.
      const others = 24 - Number(/\d+/.exec(answer)?.[0]);
      expect(others).toBeGreaterThanOrEqual(2);
      record('limits.pids.othersInCgroup', others);
    });
  },
});

scenario('takes other limits while it runs', {
  workload: {...inspector, options: {memory: 64 * MIB}},
  at: {docker: ['published'], runc: ['netns']},
  notAt: {ctr: 'it can not update a container'},
  check: async ({machine, running, level, runc, step, record, expect}) => {
    const cgroup = new CgroupFiles(machine, running.pid);
    const memory = () => cgroup.readOneOf('memory.max', 'memory.limit_in_bytes');
    const update = (...flags: string[]) =>
      machine.exec(
        level === 'docker' ? ['docker', 'update', ...flags, running.name] : [runc, 'update', ...flags, running.name],
      );
    const flag = level === 'docker' ? '--cpu-shares' : '--cpu-share';
    const weights: number[] = [];
    for (const shares of [2, 512, 1024, 2048, 262_144]) {
      await step(`${shares} shares of the processors`, async () => {
        const {exitCode} = await update(flag, String(shares));
        const weight = await cgroup.readOneOf('cpu.weight', 'cpu.shares');
        record(`limits.update.cpuShares.${shares}`, exitCode === 0 ? weight : `refused, ${weight}`);
        if (exitCode === 0) {
          // More shares are more weight, whatever number the version of the hierarchy has for it.
          expect(Number(weight)).toBeGreaterThan(weights.at(-1) ?? 0);
          weights.push(Number(weight));
        }
      });
    }
    await step('no limit of memory and swap any more', async () => {
      // docker has a word for unlimited swap alone.
      const flags = level === 'docker' ? [] : ['--memory', '-1'];
      record('limits.update.unlimited.outcome', outcomeOf(await update(...flags, '--memory-swap', '-1')));
      const isUnlimited = (text: string): boolean => text === 'max' || Number(text) > 2 ** 60;
      const files = [
        ['memory', await memory()],
        ['swap', await cgroup.readOneOf('memory.swap.max', 'memory.memsw.limit_in_bytes')],
      ] as const;
      for (const [name, text] of files) {
        record(`limits.update.unlimited.${name}`, isUnlimited(text) ? 'unlimited' : text);
      }
    });
    await step('a limit again, and then more swap alone', async () => {
      const limit = String(64 * MIB);
      if ((await update('--memory', limit, '--memory-swap', limit)).exitCode === 0) {
        expect(await memory()).toBe(limit);
      }
      const {exitCode} = await update('--memory-swap', String(96 * MIB));
      // In version 2 of the hierarchy that of swap is a limit of its own: https://github.com/opencontainers/runc/pull/4357
      const swap = await cgroup.readOneOf('memory.swap.max', 'memory.memsw.limit_in_bytes');
      record('limits.update.swapAlone', exitCode === 0 ? swap : `refused, ${swap}`);
    });
  },
});

walkthrough('init wants more memory than there is', {
  workload: inspector,
  level: 'docker',
  network: 'published',
  notAt: {ctr: 'it keeps no such flag', runc: 'it keeps no such flag'},
  steps: async ({machine, workload, step, defer, tally, expect}) => {
    const tries = 5;
    let flagged = 0;
    for (let count = 1; count <= tries; count++) {
      const name = `plumbline-oom-${count}`;
      defer(() => machine.succeed(['docker', 'rm', '--force', name]));
      await step(`try ${count}`, async () => {
        const options = ['--name', name, '--memory', '32m', '--memory-swap', '32m'];
        const command = ['inspect', 'memory', String(64 * MIB)];
        expect((await machine.exec(['docker', 'run', ...options, workload.image.name, ...command])).exitCode).toBe(137);
      });
      const flag = await machine.succeed(['docker', 'inspect', '--format', '{{.State.OOMKilled}}', name]);
      flagged += flag.trim() === 'true' ? 1 : 0;
    }
    // The event races with the end of the container: https://github.com/containerd/containerd/issues/12714
    tally('limits.oom.flagged', flagged, tries);
  },
});

walkthrough('a cgroup that somebody lives in', {
  workload: inspector,
  level: 'runc',
  network: 'netns',
  notAt: {docker: 'its containers have cgroups of their own', ctr: 'its containers have cgroups of their own'},
  steps: async (context) => {
    const {machine, step, defer, record, expect} = context;
    const bundle = await Bundle.make(context);
    const path = '/plumbline-shared';
    await step('a first container lives in it', async () => {
      await bundle.create('plumbline-first', ['sleep', '60'], (spec) => {
        spec.linux.cgroupsPath = path;
      });
      await machine.succeed([bundle.runtime, 'start', 'plumbline-first']);
    });
    await step('start a second one there', async () => {
      defer(() => machine.succeed([bundle.runtime, 'delete', '--force', 'plumbline-second']));
      const second = await bundle.run('plumbline-second', ['true'], (spec) => {
        spec.linux.cgroupsPath = path;
      });
      record('isolation.sharedCgroup.outcome', outcomeOf(second));
      record('isolation.sharedCgroup.warns', warns(second));
    });
    // crun ends whoever it finds: https://github.com/containers/crun/issues/1010
    record('isolation.sharedCgroup.firstAfterwards', (await bundle.state('plumbline-first'))?.status ?? 'gone');
    expect(await bundle.state('plumbline-second')).toBeUndefined();
  },
});
