import {LAN} from '../harness/network/neighbour.ts';
import type {ScenarioContext} from '../harness/scenario/definition.ts';
import {walkthrough} from '../harness/scenario/scenario.ts';
import {endpointOf, inspectContainer, runInBackground} from './docker-containers.ts';
import {makeDockerNetwork, reach, reachFromContainer, routeLoopbackToMachine, rulesOf} from './docker-networks.ts';
import {ASKS_NAME_SERVER, KNOWN_NAME, serveNames} from './name-server.ts';
import {outcomeOf} from './outcome.ts';
import {nginx} from './workloads/nginx.ts';

// What docker makes of networks. At the other levels there is none but what is put together by hand, which "serves its welcome page" tries.

const notAt = {
  ctr: 'it has no networks but those of CNI, with one bridge and no ports',
  runc: 'it has no networks but a namespace that it is given',
};
const docker = {workload: nginx, level: 'docker', network: 'published', notAt} as const;

walkthrough('who reaches a container past its published port', {
  ...docker,
  steps: async (context) => {
    const {machine, step, record, expect, defer} = context;
    await step('start one that is published, one on the loopback alone, and one that is not', async () => {
      await runInBackground(context, 'plumbline-published', ['--publish', '8090:80']);
      await runInBackground(context, 'plumbline-loopback', ['--publish', '127.0.0.1:8091:80']);
      await runInBackground(context, 'plumbline-unpublished');
    });
    const addresses = {
      published: (await endpointOf(context, 'plumbline-published')).IPAddress,
      loopback: (await endpointOf(context, 'plumbline-loopback')).IPAddress,
      unpublished: (await endpointOf(context, 'plumbline-unpublished')).IPAddress,
    };
    await step('ports, as they are meant', async () => {
      await answers(context, 'http://127.0.0.1:8090');
      await answers(context, 'http://127.0.0.1:8091');
      expect(await reach(context, 'neighbour', `http://${LAN.machine}:8090`)).toBe('answers');
      expect(await reach(context, 'neighbour', `http://${LAN.machine}:8091`)).toBe('silent');
    });
    await step('addresses, from the machine', async () => {
      for (const address of Object.values(addresses)) {
        await answers(context, `http://${address}`);
      }
    });
    const policy = (name: string) => machine.succeed(['iptables', '--wait', '--policy', 'FORWARD', name]);
    const first = (await rulesOf(context, 'iptables', 'filter')).find((rule) => rule.startsWith('-P FORWARD ')) ?? '';
    record('reachability.forwardPolicy', first.slice('-P FORWARD '.length));
    defer(() => policy(first.slice('-P FORWARD '.length)));
    for (const name of ['DROP', 'ACCEPT']) {
      await step(`addresses, from a neighbour, where the machine's policy is ${name}`, async () => {
        await policy(name);
        await Promise.all(
          Object.entries(addresses).map(async ([which, address]) =>
            record(`reachability.neighbour.${name}.${which}`, await reach(context, 'neighbour', `http://${address}`)),
          ),
        );
      });
    }
    await step('the port on the loopback, from a neighbour that routes 127.0.0.1 to the machine', async () => {
      await routeLoopbackToMachine(context);
      record('reachability.neighbour.loopbackPort', await reach(context, 'neighbour', 'http://127.0.0.1:8091'));
    });
  },
});

walkthrough('published ports', {
  ...docker,
  steps: async (context) => {
    const {machine, step, record, expect, eventually} = context;
    await step('start a server', () => runInBackground(context, 'plumbline-server', ['--publish', '8090:80']));
    await step('reached by every way round', async () => {
      await answers(context, 'http://127.0.0.1:8090');
      expect(await reach(context, 'machine', `http://${LAN.machine}:8090`)).toBe('answers');
      expect(await reachFromContainer(context, 'plumbline-server', `http://${LAN.machine}:8090/`)).toBe('answers');
      record('reachability.machine.ipv6Loopback', await reach(context, 'machine', 'http://[::1]:8090'));
      await makeDockerNetwork(context, 'plumbline-other');
      await runInBackground(context, 'plumbline-stranger', ['--network', 'plumbline-other']);
      expect(await reachFromContainer(context, 'plumbline-stranger', `http://${LAN.machine}:8090/`)).toBe('answers');
      const {IPAddress: address} = await endpointOf(context, 'plumbline-server');
      expect(await reachFromContainer(context, 'plumbline-stranger', `http://${address}/`)).toBe('silent');
    });
    await step('a port that dockerd picks', async () => {
      await runInBackground(context, 'plumbline-any', ['--publish', '80']);
      const ports = (await machine.succeed(['docker', 'port', 'plumbline-any', '80'])).trim().split('\n');
      record('reachability.ports.families', ports.length);
      record('reachability.ports.sameInBothFamilies', new Set(ports.map((line) => line.split(':').at(-1))).size === 1);
    });
    await step('the proxy of a port', async () => {
      const lines = await machine.succeed(['ps', '-C', 'docker-proxy', '-o', 'args=']);
      const [first = ''] = lines.trim().split('\n');
      record(
        'surface.dockerProxy.flags',
        [...first.matchAll(/ (-[a-z-]+)/g)].map(([, flag = '']) => flag),
      );
    });
    await step('UDP, before and after a restart', async () => {
      await runInBackground(context, 'plumbline-udp', ['--publish', '8092:8092/udp']);
      for (const when of ['before', 'after']) {
        const pid = (await inspectContainer(context, 'plumbline-udp'))?.State.Pid;
        const echo = machine.spawn([
          'nsenter',
          '--target',
          String(pid),
          '--net',
          'socat',
          'UDP-RECVFROM:8092,fork',
          'EXEC:cat',
        ]);
        const seconds = 0.3 * machine.traits.latency;
        const ask = ['ip', 'netns', 'exec', 'neighbour', 'socat', `-t${seconds}`, '-', `UDP:${LAN.machine}:8092`];
        await eventually(async () => (await machine.exec(ask, {input: 'echo'})).stdout, {
          message: `${when} it`,
        }).toBe('echo');
        record(`reachability.udp.${when}Restart`, 'answers');
        echo.kill();
        await echo.ended;
        await machine.succeed(['docker', 'restart', '--time', '1', 'plumbline-udp']);
      }
    });
  },
});

walkthrough('names, addresses and MACs', {
  ...docker,
  steps: async (context) => {
    const {machine, step, record, expect, eventually} = context;
    await step('MAC on the default network', async () => {
      await runInBackground(context, 'plumbline-default');
      const before = (await endpointOf(context, 'plumbline-default')).MacAddress;
      await machine.succeed(['docker', 'restart', '--time', '1', 'plumbline-default']);
      const after = (await endpointOf(context, 'plumbline-default')).MacAddress;
      record('reachability.mac.fromAddress', before.startsWith('02:42:ac:'));
      record('reachability.mac.keptOverRestart', before === after);
    });
    await serveNames(context);
    await makeDockerNetwork(context, 'plumbline-names');
    await step('start two that know each other', async () => {
      const network = ['--network', 'plumbline-names'];
      await runInBackground(context, 'plumbline-one', [...network, '--network-alias', 'web']);
      await runInBackground(context, 'plumbline-two', [...network, ...ASKS_NAME_SERVER]);
    });
    await step('by which names dockerd knows it', async () => {
      const id = (await machine.succeed(['docker', 'inspect', '--format', '{{.Id}}', 'plumbline-one'])).slice(0, 12);
      const {Aliases, DNSNames} = await endpointOf(context, 'plumbline-one', 'plumbline-names');
      const named = (names: readonly string[] | null | undefined) =>
        names?.map((name) => name.replace(id, '{id}')).toSorted() ?? null;
      record('surface.endpoint.aliases', named(Aliases));
      record('surface.endpoint.dnsNames', named(DNSNames));
    });
    await step('which names are found', async () => {
      for (const name of ['plumbline-one', 'plumbline-two', 'web', KNOWN_NAME]) {
        await eventually(() => lookUp(context, 'plumbline-two', name)).toBe('found');
      }
      record('reachability.dns.unknownName', await lookUp(context, 'plumbline-two', 'absent'));
      expect(await reachFromContainer(context, 'plumbline-two', 'http://web/')).toBe('answers');
    });
    await step('resolv.conf', async () => {
      for (const [where, name] of [
        ['default', 'plumbline-default'],
        ['own', 'plumbline-one'],
      ] as const) {
        const text = await machine.succeed(['docker', 'exec', name, 'cat', '/etc/resolv.conf']);
        record(`surface.resolvConf.${where}`, text.trim().split('\n').filter(Boolean));
      }
    });
    await step('links, of which the manual says not to use them', async () => {
      const argv = ['docker', 'run', '--rm', '--link', 'plumbline-default:al', nginx.image.name, 'env'];
      const names = (await machine.succeed(argv)).split('\n').map((line) => line.split('=')[0] ?? '');
      record('surface.link.variables', names.filter((name) => name.startsWith('AL_')).toSorted());
    });
    await step('a sysctl of its interface', async () => {
      const flag = ['--sysctl', 'net.ipv4.conf.eth0.log_martians=1'];
      record(
        'surface.sysctlOfInterface',
        outcomeOf(await machine.exec(['docker', 'run', '--rm', ...flag, nginx.image.name, 'true'])),
      );
    });
  },
});

walkthrough('an internal network', {
  ...docker,
  steps: async (context) => {
    const {machine, step, record, expect, eventually} = context;
    await serveNames(context);
    await makeDockerNetwork(context, 'plumbline-internal', ['--internal']);
    await step('start two, one of them with a published port as well', async () => {
      await runInBackground(context, 'plumbline-one', ['--network', 'plumbline-internal', '--publish', '8090:80']);
      await runInBackground(context, 'plumbline-two', ['--network', 'plumbline-internal', ...ASKS_NAME_SERVER]);
    });
    await step('they reach each other and nobody else', async () => {
      const {IPAddress: address} = await endpointOf(context, 'plumbline-one', 'plumbline-internal');
      await eventually(() => reachFromContainer(context, 'plumbline-two', 'http://plumbline-one/')).toBe('answers');
      expect(await reach(context, 'machine', `http://${address}`)).toBe('answers');
      const ping = (host: string) =>
        machine.exec(['docker', 'exec', 'plumbline-two', 'ping', '-c', '1', '-W', '1', host]);
      const [byAddress, byPort, inwards, outwards] = await Promise.all([
        reach(context, 'neighbour', `http://${address}`),
        reach(context, 'neighbour', `http://${LAN.machine}:8090`),
        ping(address),
        ping(LAN.neighbour),
      ]);
      expect({byAddress, byPort}).toEqual({byAddress: 'silent', byPort: 'silent'});
      expect(inwards.exitCode).toBe(0);
      expect(outwards.exitCode).not.toBe(0);
    });
    await step('a name of the world outside', async () => {
      // Before docker 25.0.5 and 26.0 the resolver asked from the machine: https://github.com/moby/moby/security/advisories/GHSA-mq39-4gv4-mvpx
      record('reachability.dns.outsideFromInternal', await lookUp(context, 'plumbline-two', KNOWN_NAME));
    });
  },
});

walkthrough('IPv6', {
  ...docker,
  steps: async (context) => {
    const {machine, step, record, expect, eventually, defer} = context;
    // docker turns forwarding on with the first such network, docker 27 and later close the chain as well, and neither takes it back.
    const forwarding = (await machine.succeed(['sysctl', '-n', 'net.ipv6.conf.all.forwarding'])).trim();
    const policy = (await rulesOf(context, 'ip6tables', 'filter')).find((rule) => rule.startsWith('-P FORWARD')) ?? '';
    defer(() => machine.succeed(['ip6tables', '--wait', ...policy.split(' ')]));
    defer(() => machine.succeed(['sysctl', '-qw', `net.ipv6.conf.all.forwarding=${forwarding}`]));
    await step('on a network without it', async () => {
      await runInBackground(context, 'plumbline-plain');
      const text = await machine.succeed(['docker', 'exec', 'plumbline-plain', 'cat', '/proc/net/if_inet6']);
      const links = text.split('\n').flatMap((line) => line.trim().split(/\s+/).at(-1) || []);
      record('reachability.ipv6.linksOfPlain', [...new Set(links)].toSorted());
    });
    await step('a network that is given no prefix', async () => {
      const result = await machine.exec(['docker', 'network', 'create', '--ipv6', 'plumbline-noprefix']);
      await machine.exec(['docker', 'network', 'rm', 'plumbline-noprefix']);
      record('surface.ipv6.networkWithoutPrefix', result.exitCode === 0 ? 'made' : `refused with ${result.exitCode}`);
    });
    await step('a network with a prefix', async () => {
      await makeDockerNetwork(context, 'plumbline-v6', ['--ipv6', '--subnet', 'fd00:db8:1::/64']);
      await runInBackground(context, 'plumbline-six', ['--network', 'plumbline-v6', '--publish', '8090:80']);
      await runInBackground(context, 'plumbline-seven', ['--network', 'plumbline-v6']);
      const {GlobalIPv6Address: address} = await endpointOf(context, 'plumbline-six', 'plumbline-v6');
      expect(address).toMatch(/^fd00:db8:1::/);
      const ping = ['docker', 'exec', 'plumbline-seven', 'ping', '-6', '-c', '1', '-W', '2', address];
      await eventually(async () => (await machine.exec(ping)).exitCode).toBe(0);
      record('isolation.ip6tables.withNetwork', await rulesOf(context, 'ip6tables', 'filter'));
    });
  },
});

walkthrough('the layout of its chains', {
  ...docker,
  steps: async (context) => {
    const {step, record} = context;
    await makeDockerNetwork(context, 'plumbline-chains', ['--subnet', '172.28.0.0/24']);
    await runInBackground(context, 'plumbline-server', [
      '--network',
      'plumbline-chains',
      '--ip',
      '172.28.0.10',
      '--publish',
      '8090:80',
    ]);
    for (const program of ['iptables', 'ip6tables'] as const) {
      await step(program, async () => {
        for (const table of ['filter', 'nat', 'raw']) {
          record(`isolation.chains.${program}.${table}`, await rulesOf(context, program, table));
        }
      });
    }
  },
});

/** What becomes of a question for a name that a container asks docker's resolver. */
const lookUp = async ({machine}: ScenarioContext, from: string, name: string): Promise<string> => {
  const {exitCode, stdout} = await machine.exec(['docker', 'exec', from, 'nslookup', name, '127.0.0.11']);
  return exitCode === 0 ? 'found' : (/NXDOMAIN|SERVFAIL|REFUSED|timed out/.exec(stdout)?.[0] ?? 'not found');
};

/** Waits until a server of this machine answers: it may have been started a moment ago. */
const answers = async (context: ScenarioContext, url: string): Promise<void> => {
  await context.eventually(() => reach(context, 'machine', url), {message: url}).toBe('answers');
};
