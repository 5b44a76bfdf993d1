import {text} from 'node:stream/consumers';
import {expect, test} from 'vitest';
import {providers} from '../providers.ts';
import {realMachines} from './real-machines.ts';

const START_MS = 700_000;
const endpoint = {host: '198.51.100.2', port: 8088};

/** A server in a network namespace, to which the machine has a route. */
const behind = `
ip netns add behind
ip link add behind type veth peer name eth0 netns behind
ip address add 198.51.100.1/24 dev behind
ip link set behind up
ip -netns behind address add ${endpoint.host}/24 dev eth0
ip -netns behind link set eth0 up
ip -netns behind route add default via 198.51.100.1
for end in source destination; do iptables --insert FORWARD --$end ${endpoint.host} --jump ACCEPT; done
nsenter --net=/run/netns/behind socat TCP4-LISTEN:${endpoint.port},fork,reuseaddr EXEC:cat >/dev/null 2>&1 &
until nsenter --net=/run/netns/behind grep -q ':1F98 00000000:0000 0A' /proc/net/tcp; do sleep 0.1; done
`;

// Which providers are held to the contract is the test project's choice: see harness/vitest.config.ts.
const chosen = providers.filter(({name}) => process.env['PLUMBLINE_CONTRACT']?.split(',').includes(name));

test.each(chosen)(
  'a machine of $name is the gateway to what is behind it, as long as it lets others through',
  async (provider) => {
    await using machines = await realMachines(provider, 'bookworm', new AbortController().signal);
    await using machine = await machines.start();
    await machine.succeed(['sh', '-ec', behind]);
    const socket = await machine.dialFromOutside(endpoint, 60_000);
    const said = text(socket);
    socket.end('through');
    expect(await said).toBe('through');
    await machine.succeed(['iptables', '--delete', 'FORWARD', '--destination', endpoint.host, '--jump', 'ACCEPT']);
    await expect(machine.dialFromOutside(endpoint, 2000)).rejects.toMatchObject({code: 'ETIMEDOUT'});
  },
  START_MS,
);
