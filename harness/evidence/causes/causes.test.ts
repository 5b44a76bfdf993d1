import {expect, test} from 'vitest';
import {nginx} from '../../../scenarios/workloads/nginx.ts';
import {PlumblineError} from '../../../vms/errors.ts';
import type {ReachRecord} from '../../report/run-record.ts';
import {parseMachineState} from '../machine-state.ts';
import type {CauseContext} from './cause.ts';
import {findCause, isTimeout, partsOf, withCause} from './find-cause.ts';

type Rows = readonly (readonly string[])[];

const DAEMONS: Rows = [
  ['20', '1', 'S', 'dockerd', 'dockerd', '1'],
  ['30', '20', 'S', 'docker-proxy', 'docker-proxy -host-port 8080', '1'],
];
const MASTER = ['50', '40', 'S', 'nginx', 'nginx: master process', '9'];
const OF_NGINX = ['9', 'tcp', '00000000:0050', '00000000:0000', '0A', '00000000:00000000', '701'];

/** What the guest script prints of a machine on which nginx is published and answers. */
const healthy: Readonly<Record<string, Rows>> = {
  netns: [
    ['1', '/proc/self/ns/net', ''],
    ['9', '/proc/50/ns/net', 'nginx_netw'],
  ],
  processes: [...DAEMONS, MASTER, ['51', '50', 'S', 'nginx', 'nginx: worker process', '9']],
  holders: [
    ['700', '30'],
    ['701', '50'],
  ],
  sockets: [['1', 'tcp', '00000000:1F90', '00000000:0000', '0A', '00000000:00000000', '700'], OF_NGINX],
  'addresses 9': [
    ['[{"ifname":"lo","flags":["UP"]},{"ifname":"eth0","flags":["UP"],"addr_info":[{"local":"172.17.0.2"}]}]'],
  ],
  iptables: [
    ['*nat\n[0:0] -A DOCKER ! -i docker0 -p tcp -m tcp --dport 8080 -j DNAT --to-destination 172.17.0.2:80\n'],
  ],
  filesystems: [
    [
      'Filesystem Type 1K-blocks Avail Inodes IFree Mounted on\ntmpfs tmpfs 1000 900 100 50 /run\nproc proc 0 0 0 0 /proc\n',
    ],
  ],
  sysctls: [['net/ipv4/ip_forward', '1']],
};

const stateWith = (changed: Readonly<Record<string, Rows>>) =>
  parseMachineState(
    Object.entries({...healthy, ...changed})
      .map(([name, rows]) => [[name, ''], ...rows].map((row) => row.join('\u001F')).join('\u001E'))
      .join('\u001C'),
  );

const silentOn = (vantage: ReachRecord['vantage'], route: ReachRecord['route'] = 'port'): ReachRecord => ({
  vantage,
  route,
  url: 'http://192.0.2.2:8080',
  expected: 'answers',
  seen: {kind: 'silent', reason: 'ECONNREFUSED'},
  held: false,
});

const causeOf = (changed: Readonly<Record<string, Rows>>, context: Partial<CauseContext> = {}) =>
  findCause({
    message: 'Cannot confirm "harness answers on http://192.0.2.2:8080": no answer, ECONNREFUSED',
    state: stateWith(changed),
    workload: nginx,
    cell: {level: 'docker', network: 'published'},
    running: {pid: 50, address: '172.17.0.2'},
    reach: [silentOn('harness')],
    hits: [],
    isStarved: false,
    ...context,
  });

test('a machine in which nothing is wrong explains nothing', () => {
  expect(causeOf({})).toBeUndefined();
});

test.for<[string, Readonly<Record<string, Rows>>, Partial<CauseContext>]>([
  ['the workload has ended, its init (process 50) is gone', {processes: DAEMONS}, {}],
  [
    'the workload hangs, 1 of its 2 processes are stopped by a signal (state T)',
    {processes: [...DAEMONS, MASTER, ['51', '50', 'T', 'nginx', '', '9']]},
    {},
  ],
  [
    `the address 172.17.0.2 is gone from the workload's network namespace (links there: "eth0")`,
    {'addresses 9': [['[{"ifname":"lo","flags":["UP"]},{"ifname":"eth0","flags":["UP"]}]']]},
    {},
  ],
  [
    `link "eth0" with the address 172.17.0.2 is down in the workload's network namespace`,
    {'addresses 9': [['[{"ifname":"eth0","flags":[],"addr_info":[{"local":"172.17.0.2"}]}]']]},
    {},
  ],
  [
    `nothing listens on port 80 in the workload's network namespace, only on 81`,
    {sockets: [['9', 'tcp', '00000000:0051', '00000000:0000', '0A', '00000000:00000000', '701']]},
    {},
  ],
  [
    'the workload hangs, 3 connections to its port 80 wait to be accepted by process 50 "nginx" (state S)',
    {sockets: [['9', 'tcp', '00000000:0050', '00000000:0000', '0A', '00000000:00000003', '701']]},
    {},
  ],
  ['no DNAT rule leads port 8080 of the machine to 172.17.0.2:80 (table nat)', {iptables: [['*nat\n']]}, {}],
  [
    'docker-proxy is not running, nobody listens on port 8080 of the machine',
    {sockets: [OF_NGINX]},
    {reach: [silentOn('machine')]},
  ],
  [
    'the policy DROP of chain FORWARD (table filter) threw away its packets (4 when it was asked again)',
    {},
    {hits: [{table: 'filter', chain: 'FORWARD', rule: 'policy DROP', packets: 4}]},
  ],
  ['the machine forwards no packets (net.ipv4.ip_forward is 0)', {sysctls: [['net/ipv4/ip_forward', '0']]}, {}],
  [
    'port 8080 of the machine is in use, by process 30 "docker-proxy -host-port 8080"',
    {},
    {message: 'Cannot start: listen tcp4 0.0.0.0:8080: bind: address already in use'},
  ],
  [
    'port 8090 of the machine is in use',
    {},
    {message: 'Cannot start: failed to bind host port for 0.0.0.0:8090:172.17.0.2:80/tcp: address already in use'},
  ],
  [
    'port 8080 of the machine is in use, by process 30 "docker-proxy -host-port 8080"',
    {},
    {message: 'Cannot start: port is already allocated'},
  ],
  [
    'port 81 of the machine is in use',
    {},
    {
      message: 'Cannot start: 2026/11/23 12:40:17 [emerg] 1#1: bind() to [::]:81 failed (98: Address already in use)',
      cell: {level: 'runc', network: 'host'},
    },
  ],
  ['dockerd is not running', {processes: []}, {message: 'Cannot inspect it: dockerd does not answer (ECONNREFUSED)'}],
  [
    'dockerd is stopped by a signal (process 20 is in state T)',
    {processes: [['20', '1', 'T', 'dockerd', 'dockerd', '1']]},
    {message: 'Cannot inspect it: dockerd does not answer (ECONNRESET)'},
  ],
  [
    'containerd has no image "docker.io/library/nginx:latest"',
    {},
    {
      message: 'Cannot run it: ctr: image "docker.io/library/nginx:latest": not found',
      cell: {level: 'ctr', network: 'isolated'},
    },
  ],
  [
    'dockerd has no image "docker.io/library/nginx:latest"',
    {},
    {message: 'Cannot start it: Error: No such image: nginx:latest'},
  ],
  [
    'dockerd has no image "docker.io/plumbline/copy:one"',
    {},
    {
      message:
        'Cannot run "docker image inspect": Error response from daemon: No such image: docker.io/plumbline/copy:one',
    },
  ],
  [
    'no space left on device: "/run" (0 of 1000 KiB are free) is full',
    {filesystems: [['head\ntmpfs tmpfs 1000 0 100 50 /run\n']]},
    {message: 'Cannot start it: write /run/x: no space left on device'},
  ],
  [
    'no space left on device: "/var/lib/docker" (0 of 1000 KiB are free) is full',
    {
      filesystems: [
        [
          [
            'head',
            '/dev/vdb iso9660 268000 0 0 0 /mnt/lima-cidata',
            '/dev/loop0 squashfs 64896 0 11000 0 /snap/core20',
            '/dev/vda1 ext4 1000 0 100 50 /var/lib/docker\n',
          ].join('\n'),
        ],
      ],
    },
    {message: 'Cannot start it: write /var/lib/docker/x: no space left on device'},
  ],
  [
    'no space left on device: "/run" (none of its 100 inodes is free) is full',
    {filesystems: [['head\ntmpfs tmpfs 1000 900 100 0 /run\n']]},
    {message: 'Cannot start it: mkdir /run/x: no space left on device'},
  ],
])('%s', ([sentence, changed, context]) => {
  expect(causeOf(changed, context)?.sentence).toBe(sentence);
});

test('connections that wait prove nothing on a starved host', () => {
  const sockets = [['9', 'tcp', '00000000:0050', '00000000:0000', '0A', '00000000:00000003', '701']];
  expect(causeOf({sockets}, {isStarved: true, reach: [silentOn('machine', 'address')]})).toBeUndefined();
});

test('the cause takes the place of what was said, which becomes what was seen', () => {
  const error = new PlumblineError('probe', 'Cannot run "a: b" now: it said: no', {command: ['a']});
  const better = withCause(error, {failureClass: 'guest', layer: 'disk', sentence: 'the disk is full'});
  expect(better).toMatchObject({
    message: 'Cannot run "a: b" now: the disk is full',
    failureClass: 'guest',
    layer: 'disk',
    seen: 'it said: no',
    command: ['a'],
    cause: error,
  });
  expect(partsOf('Something')).toEqual({subject: 'Something', said: 'Something'});
});

test.for([
  ['Cannot finish "start": the cell has not ended within 8 s', true],
  ['Cannot confirm "x": no answer, no connection within 2000 ms', true],
  ['Cannot confirm "x": no answer, ECONNREFUSED', false],
] as const)('%s is about time: %j', ([message, expected]) => {
  expect(isTimeout(message)).toBe(expected);
});
