import {walkthrough} from '../harness/scenario/scenario.ts';
import {Bundle} from './bundle.ts';
import {capabilitySets, parseAnswers} from './inspection.ts';
import {outcomeOf} from './outcome.ts';
import {inspector} from './workloads/inspector.ts';

// Fields of a spec that an older runc reads over come into effect with a newer one, in a container that "worked":
// https://github.com/opencontainers/runc/blob/main/CHANGELOG.md#120-rc1---2024-04-03

const notAt = {
  docker: 'it writes the spec itself, and none of these fields',
  ctr: 'it writes the spec itself, and none of these fields',
};

walkthrough('fields of a spec that may be read over', {
  workload: inspector,
  level: 'runc',
  network: 'netns',
  notAt,
  steps: async (context) => {
    const {machine, step, defer, record, expect} = context;
    const bundle = await Bundle.make(context);
    await step('what "runc spec" writes', async () => {
      const {ociVersion, process} = bundle.spec;
      record('surface.runcSpec.ociVersion', ociVersion);
      for (const set of ['bounding', 'effective', 'permitted', 'inheritable', 'ambient']) {
        record(`surface.runcSpec.capabilities.${set}`, process.capabilities[set]?.toSorted() ?? null);
      }
      const {exitCode, stdout} = await bundle.run('plumbline-plain', ['inspect', 'process']);
      expect(exitCode).toBe(0);
      expect(capabilitySets(parseAnswers(stdout)).ambient).toEqual([]);
    });
    await step('domainname', async () => {
      const result = await bundle.run('plumbline-domain', ['cat', '/proc/sys/kernel/domainname'], (spec) => {
        spec.domainname = 'dom.example';
      });
      record('isolation.spec.domainname', result.stdout.trim() || outcomeOf(result));
    });
    await step('personality', async () => {
      const result = await bundle.run('plumbline-personality', ['inspect', 'process'], (spec) => {
        spec.linux.personality = {domain: 'LINUX32'};
      });
      record('isolation.spec.personality', /process\.machine\t(.*)/.exec(result.stdout)?.[1] ?? outcomeOf(result));
    });
    await step('time namespace', async () => {
      const day = 24 * 60 * 60;
      const outside = Number((await machine.succeed(['cat', '/proc/uptime'])).split(' ')[0]);
      const result = await bundle.run('plumbline-time', ['cat', '/proc/uptime'], (spec) => {
        spec.linux.namespaces.push({type: 'time'});
        spec.linux.timeOffsets = {boottime: {secs: day, nanosecs: 0}};
      });
      const isLater = Number(result.stdout.split(' ')[0]) - outside >= day;
      record(
        'isolation.spec.timeNamespace',
        result.exitCode === 0 ? (isLater ? 'in force' : 'read over') : outcomeOf(result),
      );
    });
    await step('propagation of the root', async () => {
      const result = await bundle.run('plumbline-propagation', ['cat', '/proc/self/mountinfo'], (spec) => {
        spec.linux.rootfsPropagation = 'shared';
      });
      const root = result.stdout.split('\n').find((line) => line.split(' ')[4] === '/') ?? '';
      record('isolation.spec.sharedRoot', result.exitCode === 0 ? /\bshared:/.test(root) : outcomeOf(result));
    });
    await step('a limit of no processes', async () => {
      // Up to runc 1.3 it means that there is none: https://github.com/opencontainers/runc/pull/4949
      const result = await bundle.run('plumbline-pids', ['sh', '-c', 'true & wait'], (spec) => {
        spec.linux.resources = {...spec.linux.resources, pids: {limit: 0}};
      });
      record('isolation.spec.limitOfNoProcesses', result.exitCode === 0 ? 'no limit' : outcomeOf(result));
    });
    await step('a mount with an id mapping', async () => {
      // On a tmpfs, since the root of a machine can be a file system that knows no mappings.
      const source = '/run/plumbline-mapped';
      defer(() => machine.succeed(['rm', '-rf', source]));
      await machine.put(`${source}/file`, '');
      const mapping = [{containerID: 0, hostID: 1000, size: 10}];
      const result = await bundle.run('plumbline-idmap', ['stat', '-c', '%u', '/mnt/file'], (spec) => {
        spec.mounts.push({
          destination: '/mnt',
          type: 'bind',
          source,
          options: ['bind', 'idmap'],
          uidMappings: mapping,
          gidMappings: mapping,
        });
      });
      record('isolation.spec.idMappedMount.owner', result.exitCode === 0 ? result.stdout.trim() : outcomeOf(result));
    });
  },
});

walkthrough('the umask of a spec, in exec too', {
  workload: inspector,
  level: 'runc',
  network: 'netns',
  notAt: {docker: 'it has no option for the umask', ctr: 'it has no option for the umask'},
  steps: async (context) => {
    const {machine, runc, step, record, expect} = context;
    const bundle = await Bundle.make(context);
    const umaskIn = (text: string): string => /process\.Umask\t(.*)/.exec(text)?.[1] ?? '';
    await step('of init', async () => {
      const {stdout} = await bundle.run('plumbline-umask', ['inspect', 'process'], (spec) => {
        spec.process.user.umask = 0o077;
      });
      expect(umaskIn(stdout)).toBe('0077');
    });
    await step('of exec', async () => {
      await bundle.create('plumbline-umask', ['sleep', '60'], (spec) => {
        spec.process.user.umask = 0o077;
      });
      record(
        'isolation.spec.umask.exec',
        umaskIn(await machine.succeed([runc, 'exec', 'plumbline-umask', 'inspect', 'process'])),
      );
    });
  },
});

walkthrough('open files of a spec without limits', {
  workload: inspector,
  level: 'runc',
  network: 'netns',
  notAt: {docker: 'it always writes limits', ctr: 'it always writes limits'},
  steps: async (context) => {
    const {machine, runc, step, record} = context;
    const bundle = await Bundle.make(context);
    await step('with 777 soft and 4096 hard around runc', async () => {
      await bundle.write(['inspect', 'process'], (spec) => {
        delete spec.process.rlimits;
      });
      // runc built with Go 1.19 to 1.22 passed on the limit that the Go runtime had raised: https://github.com/opencontainers/runc/pull/4277
      const inShell = 'ulimit -Sn 777; ulimit -Hn 4096; exec "$1" run --bundle "$2" plumbline-nolimits';
      const stdout = await machine.succeed(['sh', '-c', inShell, 'sh', runc, bundle.folder]);
      const [soft = '', hard = ''] = (/limits\.open files\t(.*)/.exec(stdout)?.[1] ?? '').split(' ');
      record('limits.spec.inheritedOpenFiles.soft', Number(soft));
      record('limits.spec.inheritedOpenFiles.hard', Number(hard));
    });
  },
});
