import type {Machine} from '../harness/scenario/definition.ts';
import {walkthrough} from '../harness/scenario/scenario.ts';
import {Bundle} from './bundle.ts';
import {outcomeOf, warns} from './outcome.ts';
import {keysIn} from './surface.ts';
import {inspector} from './workloads/inspector.ts';

const notAt = {
  docker: 'containerd drives runc for it, and lets nobody else do so',
  ctr: 'containerd drives runc for it, and lets nobody else do so',
};

walkthrough('from created to deleted', {
  workload: inspector,
  level: 'runc',
  network: 'netns',
  notAt,
  steps: async (context) => {
    const {machine, runc, step, defer, record, expect, eventually} = context;
    const bundle = await Bundle.make(context);
    const name = 'plumbline-states';
    const status = async () => (await bundle.state(name))?.status;
    const call = (...argv: string[]) => machine.succeed([runc, ...argv]);
    /** Something that must be refused in this state, by whatever words and exit code. */
    const refused = async (title: string, ...argv: string[]) => {
      const {exitCode} = await machine.fail([runc, ...argv]);
      record(`lifecycle.refusal.${title}`, exitCode ?? -1);
    };
    const again = ['--bundle', bundle.folder, name];

    await step('created', async () => {
      await bundle.create(name, ['sleep', '60']);
      expect(await status()).toBe('created');
      await refused('createdTwice', 'create', ...again);
      await call('exec', name, 'true');
    });
    await step('running', async () => {
      await call('start', name);
      expect(await status()).toBe('running');
      record('surface.runc.state', keysIn(await call('state', name)));
      record('surface.runc.list', keysIn(await call('list', '--format', 'json')));
      expect(keysIn(await call('events', '--stats', name))).toEqual(expect.arrayContaining(['cpu', 'memory', 'pids']));
      const pid = (await bundle.state(name))?.pid;
      expect((await call('ps', '--format', 'json', name)).trim()).toBe(`[${pid}]`);
      await refused('startedTwice', 'start', name);
      await refused('deletedWhileRunning', 'delete', name);
      await refused('execOfNothing', 'exec', name);
      await refused('execOfMissing', 'exec', name, '/absent');
      await refused('runOverRunning', 'run', ...again);
    });
    await step('paused', async () => {
      await call('pause', name);
      // Whatever fails from here on: what is frozen can not be killed.
      defer(() => machine.exec([runc, 'resume', name]));
      expect(await status()).toBe('paused');
      await refused('execWhilePaused', 'exec', name, 'true');
      await call('kill', name, 'KILL');
      // In version 1 of the hierarchy runc thaws what it kills, in version 2 the kernel does.
      await machine.exec([runc, 'resume', name]);
    });
    await step('stopped', async () => {
      await eventually(status).toBe('stopped');
      await refused('startedAfterItsEnd', 'start', name);
      await refused('execAfterItsEnd', 'exec', name, 'true');
      await refused('killedAfterItsEnd', 'kill', name, 'KILL');
      await refused('createdOverStopped', 'create', ...again);
      const all = await machine.exec([runc, 'kill', '--all', name, 'KILL']);
      record('surface.runc.killAll', all.exitCode ?? -1);
    });
    await step('deleted', async () => {
      await call('delete', name);
      expect(await status()).toBeUndefined();
      await refused('deletedTwice', 'delete', name);
      record(
        'lifecycle.refusal.forcedDeleteOfNothing',
        (await machine.exec([runc, 'delete', '--force', name])).exitCode ?? -1,
      );
    });
  },
});

walkthrough('what runc has open before the program starts', {
  workload: inspector,
  level: 'runc',
  network: 'netns',
  notAt,
  steps: async (context) => {
    const {machine, runc, step, record, expect} = context;
    const bundle = await Bundle.make(context);
    const name = 'plumbline-created';
    await bundle.create(name, ['sleep', '60']);
    const pid = (await bundle.state(name))?.pid ?? 0;
    await step('its own program', async () => {
      // A read-only bind, a copy in memory, or an overlay keep the container from writing to runc: CVE-2019-5736.
      const exe = (await machine.succeed(['readlink', `/proc/${pid}/exe`])).trim();
      record('isolation.created.program', exe.replace(/^\/memfd:(\S+) .*$/, 'memfd:$1').replace(/ \(deleted\)$/, ''));
      const ofHost = await machine.succeed(['sh', '-c', 'readlink -f "$(command -v "$1")"', 'sh', runc]);
      expect(exe).not.toBe(ofHost.trim());
    });
    await step('its descriptors', async () => {
      const links = await machine.succeed([
        'sh',
        '-c',
        'cd "/proc/$1/fd" && for fd in *; do readlink "$fd"; done',
        'sh',
        String(pid),
      ]);
      const kinds = links
        .split('\n')
        .filter(Boolean)
        .map((target) => target.replace(/:\[\d+\]$/, '').replaceAll(bundle.folder, '{bundle}'));
      record('isolation.created.descriptors', [...new Set(kinds)].toSorted());
    });
    await step('none of them is a way out', async () => {
      const exitCodeIn = async (which: string, cwd: string) => {
        const look = ['cat', '../../../etc/hostname'];
        return (await bundle.run(`plumbline-${which}`, look, (spec) => void (spec.process.cwd = cwd))).exitCode;
      };
      expect(await exitCodeIn('root', '/')).toBe(0);
      for (const fd of [7, 8, 9]) {
        // CVE-2024-21626: the working directory could be a descriptor that runc had left open.
        expect(await exitCodeIn(`fd-${fd}`, `/proc/self/fd/${fd}`)).not.toBe(0);
      }
    });
  },
});

walkthrough('hooks, home and environment', {
  workload: inspector,
  level: 'runc',
  network: 'netns',
  notAt,
  steps: async (context) => {
    const {machine, step, record, expect} = context;
    const bundle = await Bundle.make(context);
    await step('hooks run in their order', async () => {
      const file = `${bundle.folder}/hooks`;
      const hook = (word: string) => [{path: '/bin/sh', args: ['sh', '-c', `echo ${word} >>${file}`]}];
      const result = await bundle.run('plumbline-hooks', ['true'], (spec) => {
        spec.hooks = Object.fromEntries(
          ['prestart', 'createRuntime', 'poststart', 'poststop'].map((one) => [one, hook(one)]),
        );
      });
      expect(result.exitCode).toBe(0);
      const order = (await machine.succeed(['cat', file])).trim().split('\n');
      expect(order.at(-1)).toBe('poststop');
      record('lifecycle.hooks.order', order);
    });
    const environment = async (id: string, env: string[], uid: number) => {
      const {stdout} = await bundle.run(`plumbline-${id}`, ['env'], (spec) => {
        spec.process.env = ['PATH=/usr/bin:/bin', ...env];
        spec.process.user = {uid, gid: uid};
      });
      return stdout
        .trim()
        .split('\n')
        .filter((line) => !line.startsWith('PATH='))
        .toSorted();
    };
    await step('home', async () => {
      record('lifecycle.environment.homeOfKnown', await environment('known', [], 1234));
      record('lifecycle.environment.homeOfUnknown', await environment('unknown', [], 4321));
      record('lifecycle.environment.emptyHome', await environment('empty', ['HOME='], 1234));
    });
    await step('a variable that is given twice', async () => {
      record('lifecycle.environment.twice', await environment('twice', ['A=1', 'A=2', 'HOME=/'], 0));
    });
  },
});

/** Paths of the cgroups of this name, in all hierarchies. */
const cgroupsOf = (machine: Machine, name: string): Promise<string> =>
  machine.succeed(['find', '/sys/fs/cgroup', '-type', 'd', '-name', name]);

/** Removes them; says which are left because something lives in them. */
const removeCgroups = async (machine: Machine, name: string): Promise<string> => {
  const remove = 'find /sys/fs/cgroup -type d -name "$1" -exec rmdir {} + 2>/dev/null; true';
  await machine.succeed(['sh', '-c', remove, 'sh', name]);
  return cgroupsOf(machine, name);
};

/** Removes the folder of a container that runc does not know, with what is mounted there, and says so where there is one. */
const REMOVE_STATE = 'if [ -e "$1" ]; then echo left; umount "$1"/runc.* 2>/dev/null; rm -r "$1"; fi';

walkthrough('many short containers', {
  workload: inspector,
  level: 'runc',
  network: 'netns',
  notAt,
  steps: async (context) => {
    const {machine, runc, step, tally, expect, eventually} = context;
    const bundle = await Bundle.make(context);
    await bundle.write(['true']);
    await step('twenty, one after another', async () => {
      // runc 1.3.0 to 1.3.5 could wait for ever when the process ended at once: https://github.com/opencontainers/runc/issues/5208
      const loop =
        'for n in $(seq 20); do timeout 20 "$1" run --bundle "$2" "plumbline-short-$n" || echo "$n: $?"; done';
      expect(await machine.succeed(['sh', '-c', loop, 'sh', runc, bundle.folder])).toBe('');
    });
    await step('"runc create" that is killed half-way', async () => {
      const times = ['0.01', '0.02', '0.03', '0.05', '0.08'];
      const left = {cgroups: 0, states: 0};
      for (const seconds of times) {
        const name = `plumbline-killed-${seconds}`;
        // One that was quick enough leaves an init behind, which must not hold the streams of this command.
        const create = 'exec timeout --signal KILL "$1" "$2" create --bundle "$3" "$4" >/dev/null 2>&1';
        await machine.exec(['sh', '-c', create, 'sh', seconds, runc, bundle.folder, name]);
        await machine.succeed([runc, 'delete', '--force', name]);
        expect(await bundle.state(name)).toBeUndefined();
        left.states += (await machine.succeed(['sh', '-c', REMOVE_STATE, 'sh', `/run/runc/${name}`])) === '' ? 0 : 1;
        left.cgroups += (await cgroupsOf(machine, name)) === '' ? 0 : 1;
        // Once its last process has gone nothing holds a cgroup.
        await eventually(() => removeCgroups(machine, name)).toBe('');
      }
      // Of a container that was never written down nobody knows the cgroup. At which of these times it happens is the host's affair.
      tally('lifecycle.killedCreate.leavesCgroup', left.cgroups > 0 ? 1 : 0, 1);
      tally('lifecycle.killedCreate.leavesState', left.states > 0 ? 1 : 0, 1);
    });
  },
});

walkthrough('what runc says of itself', {
  workload: inspector,
  level: 'runc',
  network: 'netns',
  notAt: {docker: 'it shows what runc says in "docker info"', ctr: 'it does not ask'},
  steps: async ({machine, runc, step, record}) => {
    await step('features', async () => {
      const {exitCode, stdout} = await machine.exec([runc, 'features']);
      if (exitCode !== 0) {
        record(
          'surface.runc.features',
          outcomeOf({exitCode, stdout, stderr: '', argv: [], signal: undefined, durationMs: 0}),
        );
        return;
      }
      const features = JSON.parse(stdout) as Record<string, unknown>;
      record('surface.runc.features', Object.keys(features).toSorted());
      record('surface.runc.features.ociVersions', [
        String(features['ociVersionMin']),
        String(features['ociVersionMax']),
      ]);
      record('surface.runc.features.newlines', JSON.stringify(features['annotations'] ?? {}).includes('\\n'));
    });
    await step('a flag that it has outgrown', async () => {
      const result = await machine.exec([runc, '--criu', '/usr/sbin/criu', 'list']);
      record('surface.runc.criuFlag', warns(result) ? 'warns' : outcomeOf(result));
    });
  },
});
