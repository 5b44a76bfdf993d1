import {walkthrough} from '../harness/scenario/scenario.ts';
import {outcomeOf} from './outcome.ts';
import {inspector} from './workloads/inspector.ts';

// What a distribution says in units and packages decides limits and priorities as much as the programs do.

const PROPERTIES = [
  'LimitNOFILE',
  'LimitCORE',
  'OOMScoreAdjust',
  'Restart',
  'TasksMax',
  'KillMode',
  'Delegate',
  'After',
  'Requires',
];

walkthrough('units and packages of the stack', {
  workload: inspector,
  level: 'docker',
  network: 'published',
  notAt: {ctr: 'containerd has its part in the same scenario', runc: 'it has no unit'},
  steps: async ({machine, step, record}) => {
    // Those have a kernel of their own, and a systemd.
    const isVirtual = machine.traits.acceleration !== 'none';
    await step('units', async () => {
      for (const unit of ['docker', 'containerd']) {
        const text = await machine.succeed(['cat', `/lib/systemd/system/${unit}.service`]);
        for (const property of PROPERTIES) {
          const value = new RegExp(`^${property}=(.*)$`, 'm').exec(text)?.[1];
          record(`surface.unit.${unit}.${property}`, value ?? 'not set');
        }
      }
    });
    await step('dependencies', async () => {
      for (const name of ['docker.io', 'containerd', 'runc']) {
        for (const field of ['Depends', 'Recommends', 'Suggests']) {
          const format = `\${${field}}`;
          const list = await machine.succeed(['dpkg-query', '--show', `--showformat=${format}`, name]);
          record(`surface.package.${name}.${field}`, list.split(', ').filter(Boolean).toSorted());
        }
      }
    });
    await step('questions that a removal asks', async () => {
      const asks = await machine.exec(['test', '-e', '/var/lib/dpkg/info/docker.io.templates']);
      record('surface.package.docker.io.asks', asks.exitCode === 0);
    });
    await step('programs that the stack and its users call', async () => {
      const names = [
        'docker',
        'docker-init',
        'docker-proxy',
        'containerd-shim',
        'containerd-shim-runc-v1',
        'containerd-shim-runc-v2',
      ];
      const programs = [
        ...names,
        'ctr',
        'runc',
        'tini',
        'tini-static',
        'iptables',
        'mount',
        'apparmor_parser',
        'criu',
        'docker-buildx',
      ];
      const paths = [];
      for (const name of programs) {
        const found = await machine.exec(['sh', '-c', 'command -v "$1"', 'sh', name]);
        paths.push(...(found.exitCode === 0 ? [found.stdout.trim()] : []));
      }
      record('surface.programs', paths);
      const owner = await machine.exec(['sh', '-c', 'dpkg -S "$(readlink -f "$(command -v docker)")"']);
      record('surface.docker.package', owner.stdout.split(':')[0] ?? '');
      const essential = await machine.exec(['dpkg-query', '--show', '--showformat=${Priority} ${Essential}', 'mount']);
      record('surface.package.mount', essential.exitCode === 0 ? essential.stdout.trim() : outcomeOf(essential));
    });
    if (isVirtual) {
      await step('who needs mount(8)', async () => {
        const list = await machine.succeed(['dpkg-query', '--show', '--showformat=${Depends}', 'systemd']);
        record('surface.package.systemd.needsMount', list.split(', ').includes('mount'));
      });
    }
    await step('what containerd gives pods', async () => {
      const config = await machine.succeed(['containerd', 'config', 'default']);
      for (const key of ['enable_unprivileged_ports', 'enable_unprivileged_icmp']) {
        record(`surface.containerd.${key}`, new RegExp(`${key} = (\\w+)`).exec(config)?.[1] ?? 'absent');
      }
    });
    await step('firewall tools', async () => {
      record('surface.iptables', (await machine.succeed(['iptables', '--version'])).trim());
      if (isVirtual) {
        // A kernel of its own has modules of its own. The namespaces keep the tables and the lock out of the machine.
        const list = 'mount -t tmpfs tmpfs /run && exec iptables-legacy --table "$1" --list-rules';
        for (const table of ['filter', 'nat', 'raw']) {
          const argv = ['unshare', '--net', '--mount', 'sh', '-c', list, 'sh', table];
          record(`surface.iptablesLegacy.${table}`, outcomeOf(await machine.exec(argv)));
        }
      }
    });
  },
});
