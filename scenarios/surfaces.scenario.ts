import {scenario, walkthrough} from '../harness/scenario/scenario.ts';
import {runInBackground} from './docker-containers.ts';
import {makeDockerNetwork} from './docker-networks.ts';
import {asWithItsOwnRuntime, keyPaths, recordHelp, shapeOf} from './surface.ts';
import {nginx} from './workloads/nginx.ts';

// What people type, what programs parse, and what a host is set up with: none of it is behaviour, and all of it breaks somebody.

const notDocker = {ctr: 'this is about docker and its client', runc: 'this is about docker and its client'};
const notCtr = {docker: 'this is about containerd and its client', runc: 'this is about containerd and its client'};

scenario('documents of the Engine API', {
  workload: nginx,
  at: {docker: ['published']},
  notAt: notDocker,
  check: async (context) => {
    const {machine, running, step, record, expect} = context;
    const get = async (path: string) =>
      JSON.parse(
        await machine.succeed(['curl', '--silent', '--fail', '--unix-socket', '/run/docker.sock', `http://d${path}`]),
      ) as Record<string, unknown>;
    await step('which versions of the API are answered', async () => {
      const urls = 'http://d/v1.[10-60]/_ping';
      const codes = await machine.succeed([
        'curl',
        '--silent',
        '--unix-socket',
        '/run/docker.sock',
        '--output',
        '/dev/null',
        '--write-out',
        '%{http_code} %{content_type}\\n',
        urls,
      ]);
      const answers = codes
        .trim()
        .split('\n')
        .map((line, index) => ({
          minor: 10 + index,
          code: line.split(' ')[0],
          type: line.split(' ')[1]?.replace(';', ''),
        }));
      const good = answers.filter(({code}) => code === '200').map(({minor}) => minor);
      expect(good.length).toBeGreaterThan(10);
      const [oldest = 0] = good;
      record('surface.api.oldest', `1.${oldest}`);
      record('surface.api.newest', `1.${good.at(-1)}`);
      record(
        'surface.api.tooOldIsSaidAs',
        answers.find(({minor}) => minor === oldest - 1)?.type ?? 'nothing is too old',
      );
    });
    await step('the keys of its documents', async () => {
      for (const [name, path] of [
        ['version', '/version'],
        ['info', '/info'],
        ['container', `/containers/${running.name}/json`],
        ['containers', '/containers/json'],
        ['image', `/images/${nginx.image.name}/json`],
        ['images', '/images/json'],
        ['diskUsage', '/system/df'],
      ] as const) {
        const document = await get(path);
        const shown = name === 'info' ? asWithItsOwnRuntime(document) : document;
        record(`surface.api.keys.${name}`, keyPaths(shown).toSorted());
      }
      // The default network has a gateway or none, by whether dockerd was started again since it made it.
      await makeDockerNetwork(context, 'plumbline-keys');
      await runInBackground(context, 'plumbline-keyed', ['--network', 'plumbline-keys']);
      record('surface.api.keys.network', keyPaths(await get('/networks/plumbline-keys')).toSorted());
    });
    await step('what it says of itself', async () => {
      const info = asWithItsOwnRuntime(await get('/info'));
      for (const key of [
        'Driver',
        'LoggingDriver',
        'CgroupDriver',
        'CgroupVersion',
        'DefaultRuntime',
        'LiveRestoreEnabled',
        'InitBinary',
        'Isolation',
        'ExperimentalBuild',
      ]) {
        record(`surface.info.${key}`, (info[key] ?? null) as string | boolean | null);
      }
      record('surface.info.Runtimes', Object.keys(info['Runtimes'] as object).toSorted());
      record('surface.info.SecurityOptions', info['SecurityOptions'] as string[]);
      record(
        'surface.info.FirewallBackend',
        (info['FirewallBackend'] as {Driver?: string} | undefined)?.Driver ?? null,
      );
    });
  },
});

walkthrough('commands and flags of docker', {
  workload: nginx,
  level: 'docker',
  network: 'published',
  notAt: notDocker,
  steps: async (context) => {
    const {step} = context;
    await step('docker', () =>
      recordHelp(context, 'docker', [
        'build',
        'commit',
        'cp',
        'create',
        'events',
        'exec',
        'export',
        'images',
        'import',
        'info',
        'inspect',
        'kill',

        'load',
        'logs',
        'network create',
        'network prune',
        'ps',
        'pull',
        'push',
        'restart',
        'rm',
        'rmi',
        'run',
        'save',
        'start',
        'stop',
        'system prune',
        'top',
        'update',
        'volume create',
        'volume prune',
        'wait',
      ]),
    );
    await step('dockerd', () => recordHelp(context, 'dockerd', []));
  },
});

walkthrough('commands and flags of ctr', {
  workload: nginx,
  level: 'ctr',
  network: 'isolated',
  notAt: notCtr,
  steps: async (context) => {
    const {machine, step, record} = context;
    await step('ctr', () =>
      recordHelp(context, 'ctr', [
        'containers create',
        'images export',
        'images import',
        'images list',
        'images mount',
        'images pull',
        'images push',
        'images usage',
        'images prune',
        'images inspect',
        'run',
        'tasks delete',
        'tasks exec',
        'tasks kill',
        'tasks metrics',
        'tasks start',
        'deprecations list',
      ]),
    );
    await step('containerd', () => recordHelp(context, 'containerd', []));
    await step('which version it says it is', async () => {
      const {stdout, stderr} = await machine.exec(['ctr', 'version']);
      record(
        'surface.ctr.version',
        stdout
          .split('\n')
          .map(shapeOf)
          .filter((line) => line !== '' && !line.startsWith('UUID')),
      );
      record('surface.ctr.version.warnings', stderr.split('\n').filter((line) => /warn/i.test(line)).length);
      record('surface.containerd.version', shapeOf(await machine.succeed(['containerd', '--version'])));
    });
  },
});

walkthrough('defaults of containerd', {
  workload: nginx,
  level: 'ctr',
  network: 'isolated',
  notAt: notCtr,
  steps: async ({machine, step, record}) => {
    const config = await step('containerd config default', () => machine.succeed(['containerd', 'config', 'default']));
    const keys: string[] = [];
    let section = '';
    for (const line of config.split('\n')) {
      const [, header] = /^\s*\[(.+)\]$/.exec(line) ?? [];
      const [, key] = /^\s*([\w.-]+) = /.exec(line) ?? [];
      section = header?.replaceAll(/["']/g, '') ?? section;
      if (key !== undefined) {
        keys.push(section === '' ? key : `${section} ${key}`);
      }
    }
    record('surface.containerd.config.keys', keys.toSorted());
    for (const [name, pattern] of [
      ['version', /^version = (.*)$/m],
      ['disabledPlugins', /^disabled_plugins = (.*)$/m],
      ['sandboxImage', /^\s*sandbox(?:_image)? = (.*)$/m],
      ['cniPlugins', /^\s*bin_dirs? = (.*)$/m],
      ['unprivilegedPorts', /^\s*enable_unprivileged_ports = (.*)$/m],
      ['unprivilegedIcmp', /^\s*enable_unprivileged_icmp = (.*)$/m],
      ['cdi', /^\s*enable_cdi = (.*)$/m],
      ['snapshotter', /^\s*snapshotter = (.*)$/m],
    ] as const) {
      record(`surface.containerd.config.${name}`, pattern.exec(config)?.[1]?.replaceAll(/["']/g, '') ?? null);
    }
    await step('its plugins', async () => {
      const table = await machine.succeed(['ctr', 'plugins', 'list']);
      const rows = table
        .split('\n')
        .slice(1)
        .map((line) => line.split(/\s+/))
        .filter(([type = '']) => type !== '');
      record('surface.containerd.plugins', rows.map(([type, id]) => `${type} ${id}`).toSorted());
    });
    await step('its sockets and shims', async () => {
      const {stdout} = await machine.exec(['sh', '-c', 'stat --format "%a %F" /run/nri /run/nri/nri.sock 2>/dev/null']);
      record('surface.containerd.nriSocket', stdout.trim() === '' ? 'absent' : stdout.trim().split('\n'));
      const shims = await machine.succeed(['sh', '-c', 'ls /usr/bin | grep ^containerd-shim']);
      record('surface.containerd.shims', shims.trim().split('\n'));
    });
  },
});

walkthrough('commands and flags of runc and crun', {
  workload: nginx,
  level: 'runc',
  network: 'netns',
  notAt: {docker: 'this is about OCI runtimes', ctr: 'this is about OCI runtimes'},
  steps: async (context) => {
    const {step} = context;
    const commands = [
      'checkpoint',
      'create',
      'delete',
      'events',
      'exec',
      'kill',
      'list',
      'pause',
      'ps',
      'restore',
      'run',
    ];
    await step('runc', () =>
      recordHelp(context, 'runc', [...commands, 'spec', 'start', 'state', 'update', 'features']),
    );
    await step('crun', () =>
      recordHelp(
        context,
        'crun',
        commands.filter((name) => name !== 'events'),
      ),
    );
  },
});
