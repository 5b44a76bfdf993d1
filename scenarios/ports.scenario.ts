import {LAN} from '../harness/network/neighbour.ts';
import {walkthrough} from '../harness/scenario/scenario.ts';
import {inspectContainer, runInBackground} from './docker-containers.ts';
import {nginx} from './workloads/nginx.ts';

// Ports that somebody has used before dockerd publishes them.

const docker = {
  workload: nginx,
  level: 'docker',
  network: 'published',
  notAt: {ctr: 'it publishes no ports', runc: 'it publishes no ports'},
} as const;

walkthrough('a port that is taken in one family alone', {
  ...docker,
  steps: async (context) => {
    const {machine, step, record, defer, eventually} = context;
    const portsOf = async (name: string) => {
      const lines = (await machine.succeed(['docker', 'port', name, '80'])).trim().split('\n');
      return [...new Set(lines.map((line) => Number(line.split(':').at(-1))))];
    };
    await runInBackground(context, 'plumbline-first', ['--publish', '80']);
    const [first = 0] = await portsOf('plumbline-first');
    await step('take the next two ports in IPv6', async () => {
      // dockerd takes one after the other.
      for (const port of [first + 1, first + 2]) {
        const listener = machine.spawn(['socat', `TCP6-LISTEN:${port},ipv6only=1`, 'STDIO']);
        defer(() => listener.ended);
        defer(() => Promise.resolve(listener.kill()));
        await eventually(() => machine.succeed(['ss', '--no-header', '--listening', '--tcp', '--numeric'])).toContain(
          `[::]:${port} `,
        );
      }
    });
    await step('have dockerd pick a port', async () => {
      await runInBackground(context, 'plumbline-second', ['--publish', '80']);
      record('reachability.ports.sameWhereOneIsTaken', (await portsOf('plumbline-second')).length === 1);
    });
  },
});

walkthrough('UDP from somebody who has asked too early', {
  ...docker,
  steps: async (context) => {
    const {machine, step, record, expect, eventually, defer} = context;
    const ask = async (sourcePort: number) => {
      const seconds = 0.3 * machine.traits.latency;
      const peer = `UDP:${LAN.machine}:8094,sourceport=${sourcePort}`;
      const argv = ['ip', 'netns', 'exec', 'neighbour', 'socat', `-t${seconds}`, '-', peer];
      // Newer versions of socat(1) send an empty question after the first.
      return (await machine.exec(argv, {input: 'who'})).stdout.split('\n')[0];
    };
    const name = 'plumbline-udp';
    defer(() => machine.succeed(['docker', 'rm', '--force', name]));
    await machine.succeed(['docker', 'create', '--name', name, '--publish', '8094:8094/udp', nginx.image.name]);
    // For half a minute the kernel remembers where packets went that nobody was there for.
    await step('ask before there is anybody', async () => expect(await ask(40_000)).toBe(''));
    await machine.succeed(['docker', 'start', name]);
    await step('ask again, and from another port', async () => {
      const pid = (await inspectContainer(context, name))?.State.Pid;
      const inside = ['nsenter', '--target', String(pid), '--net'];
      const server = machine.spawn([
        ...inside,
        'socat',
        'UDP-RECVFROM:8094,fork',
        'SYSTEM:cat >/dev/null & echo $SOCAT_PEERADDR',
      ]);
      try {
        await eventually(() => ask(40_001)).toBe(LAN.neighbour);
        let seen: string | undefined;
        await eventually(async () => {
          seen = await ask(40_000);
          return seen;
        }).not.toBe('');
        // docker-proxy asks from the bridge.
        record('reachability.udp.askedTooEarly', seen === LAN.neighbour ? 'its own address' : 'another address');
      } finally {
        server.kill();
        await server.ended;
      }
    });
  },
});
