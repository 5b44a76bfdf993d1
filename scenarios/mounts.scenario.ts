import {untilWhole} from '../harness/levels/whole-output.ts';
import {scenario, walkthrough} from '../harness/scenario/scenario.ts';
import {Bundle, type SpecMount} from './bundle.ts';
import {outputOfCtrRun} from './ctr-run.ts';
import {answersOfExec, answersOfInit} from './inspection.ts';
import {outcomeOf} from './outcome.ts';
import {inspector} from './workloads/inspector.ts';

const SOURCE = '/run/plumbline-source';

scenario('mounts what it is told to', {
  workload: {
    ...inspector,
    options: {
      readOnlyRoot: true,
      mounts: [
        {type: 'bind', source: SOURCE, target: '/mnt', readOnly: true},
        {type: 'tmpfs', target: '/tmp', options: ['size=64k', 'mode=1777']},
      ],
    },
  },
  at: {docker: ['published'], ctr: ['isolated'], runc: ['netns']},
  prepare: async ({machine, defer}) => {
    await machine.succeed(['mkdir', '-p', `${SOURCE}/below`]);
    defer(() => machine.succeed(['rm', '-rf', SOURCE]));
    await machine.succeed(['mount', '-t', 'tmpfs', 'tmpfs', `${SOURCE}/below`]);
    defer(() => machine.succeed(['umount', `${SOURCE}/below`]));
  },
  check: async (context) => {
    const {running, step, record, tally, expect} = context;
    await step('ask init', () => answersOfInit(context));
    const answers = await answersOfExec(context, ['paths', '/', '/mnt', '/mnt/below', '/tmp']);
    expect(answers.get('paths./')).toBe('listed EROFS');
    expect(answers.get('paths./mnt')).toBe('listed EROFS');
    expect(answers.get('paths./tmp')).toBe('empty writable');
    // Docker 25 makes what is mounted below read-only as well: https://github.com/moby/moby/pull/45278
    record('isolation.readOnlyBind.mountBelow', answers.get('paths./mnt/below') ?? '');
    await step('fill the tmpfs', async () => {
      const {result, lost} = await untilWhole(
        () => running.exec(['sh', '-c', 'head -c 100000 /dev/zero >/tmp/full; stat -c %s /tmp/full']),
        ({stdout}) => stdout !== '',
      );
      tally('lifecycle.exec.outputLost', lost.hits, lost.of);
      expect(result.stdout.trim()).toBe('65536');
    });
  },
});

walkthrough('a read-only bind for a client of docker 20.10', {
  workload: inspector,
  level: 'docker',
  network: 'published',
  notAt: {ctr: 'its clients and its daemon have one version', runc: 'it has no clients'},
  steps: async ({machine, workload, defer, record}) => {
    await machine.succeed(['mkdir', '-p', `${SOURCE}/below`]);
    defer(() => machine.succeed(['rm', '-rf', SOURCE]));
    await machine.succeed(['mount', '-t', 'tmpfs', 'tmpfs', `${SOURCE}/below`]);
    defer(() => machine.succeed(['umount', `${SOURCE}/below`]));
    const argv = ['docker', 'run', '--rm', '--volume', `${SOURCE}:/mnt:ro`, workload.image.name];
    // What an old client asks for keeps its meaning: https://github.com/moby/moby/pull/47391
    const said = await machine.succeed([...argv, 'inspect', 'paths', '/mnt/below'], {
      env: {DOCKER_API_VERSION: '1.41'},
    });
    record('isolation.readOnlyBind.mountBelowForOldClient', said.trim().split('\t')[1] ?? '');
  },
});

walkthrough('a mount on a place that has one by default', {
  workload: inspector,
  level: 'ctr',
  network: 'isolated',
  notAt: {docker: 'it never stacked them', runc: 'mounts are made as its spec lists them'},
  steps: async (context) => {
    const {machine, step, defer, record, expect} = context;
    const mountsOn = async (path: string, mount: string): Promise<string[]> => {
      const argv = ['cat', '/proc/self/mountinfo'];
      const table = await outputOfCtrRun(context, {id: 'plumbline-mount', flags: ['--mount', mount], argv});
      return table.split('\n').filter((line) => line.split(' ')[4] === path);
    };
    await step('a tmpfs on /dev/shm', async () => {
      const lines = await mountsOn('/dev/shm', 'type=tmpfs,dst=/dev/shm,options=size=4m');
      // Stacked up to containerd 1.7: https://github.com/containerd/containerd/pull/8565
      record('isolation.mountOnDefault.count', lines.length);
      // The last one is what the workload sees.
      expect(lines.at(-1) ?? 'no mount').toMatch(/\bsize=4096k\b/);
    });
    await step('a bind that is to lose "noexec"', async () => {
      defer(() => machine.succeed(['rm', '-rf', SOURCE]));
      await machine.succeed(['mkdir', '-p', SOURCE]);
      await machine.succeed(['mount', '-t', 'tmpfs', '-o', 'noexec,nosuid,nodev', 'tmpfs', SOURCE]);
      defer(() => machine.succeed(['umount', SOURCE]));
      const [line = ''] = await mountsOn('/mnt', `type=bind,src=${SOURCE},dst=/mnt,options=rbind:exec:suid:dev`);
      record('isolation.clearedFlags.options', line.split(' ')[5] ?? '');
    });
  },
});

walkthrough('mounts of a spec', {
  workload: inspector,
  level: 'runc',
  network: 'netns',
  notAt: {docker: 'it writes the spec itself', ctr: 'it writes the spec itself'},
  steps: async (context) => {
    const {machine, step, defer, record, expect} = context;
    const bundle = await Bundle.make(context);
    defer(() => machine.succeed(['rm', '-rf', SOURCE]));
    await machine.succeed(['mkdir', '-p', SOURCE]);
    await machine.succeed(['mount', '-t', 'tmpfs', '-o', 'noexec,nosuid,nodev', 'tmpfs', SOURCE]);
    defer(() => machine.succeed(['umount', '--recursive', SOURCE]));
    await machine.succeed(['mkdir', `${SOURCE}/below`]);
    await machine.succeed(['mount', '-t', 'tmpfs', 'tmpfs', `${SOURCE}/below`]);
    const runWith = (id: string, mount: SpecMount, args: readonly string[]) =>
      bundle.run(`plumbline-${id}`, args, (spec) => void spec.mounts.push(mount));
    const bind = (options: string[], destination = '/mnt', source = SOURCE): SpecMount => ({
      destination,
      type: 'bind',
      source,
      options,
    });

    await step('a bind that is to lose "noexec"', async () => {
      const result = await runWith('cleared', bind(['rbind', 'exec', 'suid', 'dev']), ['cat', '/proc/self/mountinfo']);
      const line = result.stdout.split('\n').find((text) => text.split(' ')[4] === '/mnt') ?? '';
      // Read over up to runc 1.1: https://github.com/opencontainers/runc/pull/3967
      record('isolation.clearedFlags.options', line.split(' ')[5] ?? outcomeOf(result));
    });
    await step('read-only with all that is mounted below', async () => {
      const result = await runWith('recursive', bind(['rbind', 'rro']), ['inspect', 'paths', '/mnt/below']);
      expect(result.stdout.trim()).toMatch(/EROFS$/);
    });
    await step('a tmpfs with an option that it does not know', async () => {
      const tmpfs = {destination: '/mnt', type: 'tmpfs', source: 'tmpfs', options: ['acl']};
      // Swallowed up to runc 1.1: https://github.com/opencontainers/runc/pull/3739
      record('isolation.tmpfsWithAcl', outcomeOf(await runWith('acl', tmpfs, ['true'])));
    });
    await step('files over those of /proc', async () => {
      await machine.put(`${SOURCE}/file`, 'from outside\n');
      for (const path of ['/proc/uptime', '/proc/net/dev', '/proc/self/status', '/proc/sys/kernel/hostname']) {
        const result = await runWith('procfs', bind(['bind'], path, `${SOURCE}/file`), ['cat', path]);
        record(`isolation.overProc.${path}`, result.stdout === 'from outside\n' ? 'covered' : outcomeOf(result));
      }
    });
    await step('a root whose /proc and /dev are links to a folder', async () => {
      const outside = '/run/plumbline-outside';
      defer(() => machine.succeed(['rm', '-rf', outside]));
      await machine.succeed(['mkdir', outside]);
      for (const name of ['proc', 'dev']) {
        const place = `${bundle.folder}/rootfs/${name}`;
        await machine.succeed(['mv', place, `${place}.was`]);
        await machine.succeed(['ln', '-s', outside, place]);
        record(`isolation.linkedRoot.${name}`, outcomeOf(await bundle.run(`plumbline-linked-${name}`, ['true'])));
        await machine.succeed(['rm', place]);
        await machine.succeed(['mv', `${place}.was`, place]);
      }
      // What is made in /dev must be made in the container's, wherever the link leads.
      const made = (await machine.succeed(['ls', outside])).split('\n').filter(Boolean);
      record('isolation.linkedRoot.madeOutside', made.toSorted());
    });
  },
});
