import {readFile} from 'node:fs/promises';
import {describe, expect, test} from 'vitest';
import {exampleReach} from '../report/example-run.ts';
import {parseInventory} from '../teardown/inventory.ts';
import {capturedReading} from './captured-reading.ts';
import {isInFamily, type Facts} from './fact.ts';
import {factTable} from './fact-table.ts';
import {families, observationOf} from './observe-cell.ts';

describe.each(['docker-published', 'runc-netns'] as const)('facts of %s', (cell) => {
  test('each belongs to a documented family', async () => {
    const {facts, measurements} = observationOf(await capturedReading(cell));
    const strays = [...Object.keys(facts), ...Object.keys(measurements)].filter(
      (path) => !families.some((family) => isInFamily(family, path)),
    );
    expect(strays).toEqual([]);
  });

  test('nothing that no two runs share is left in them', async () => {
    const {facts} = observationOf(await capturedReading(cell));
    const text = JSON.stringify(facts);
    expect(text).not.toMatch(
      /[0-9a-f]{64}|veth[0-9a-f]{7}|\[\d{6,}\]|([0-9a-f]{2}:){5}[0-9a-f]{2}|machines\/m1|\/proc\/\d/,
    );
    expect(text).not.toContain('61afbe7c5eb3');
    expect(text).not.toMatch(/172\.17\.0\.2\b|192\.168\.10\.1\b/);
  });
});

test('the docker level hands down seccomp, hooks and files of its own', async () => {
  const {facts} = observationOf(await capturedReading('docker-published'));
  expect(facts).toMatchObject({
    'oci.hostname': '{id}',
    'oci.linux.seccomp.defaultAction': 'SCMP_ACT_ERRNO',
    'oci.linux.seccomp.syscalls.SCMP_ACT_ERRNO(38)': ['clone3'],
    'oci.hooks.prestart': [
      'args=["libnetwork-setkey","-exec-root=/var/run/docker","{id}","{id}"] path=/proc/{pid}/exe',
    ],
    'mounts./etc/hosts.source': '/var/lib/docker/containers/{id}/hosts',
    'mounts./etc/hosts.type': 'bind',
    'mounts./.propagation': 'slave',
    'network.links.eth0.mac': 'made from the address',
    'network.links.eth0.addresses': ['{address}/16 global'],
    'network.files./etc/hosts': expect.arrayContaining(['{address} {id}']),
    'machine.rules.ip.nat.DOCKER': [
      '-i docker0 -j RETURN',
      '! -i docker0 -p tcp -m tcp --dport 8080 -j DNAT --to-destination {address}:80',
    ],
  } satisfies Facts | Record<string, unknown>);
});

test('what is masked of each processor is one fact for all of them', async () => {
  const pathOf = (cpu: number) => `/sys/devices/system/cpu/cpu${cpu}/thermal_throttle`;
  const factsWith = async (cpus: number) => {
    const paths = Array.from({length: cpus}, (_, cpu) => pathOf(cpu));
    const reading = await capturedReading('docker-published', (text) =>
      text
        .replace('"/sys/firmware"]', ['"/sys/firmware"', ...paths.map((path) => `"${path}"`)].join(',') + ']')
        .replace(/^132 192 .*\n/m, (line) => line + paths.map((path) => line.replace('/sys/firmware', path)).join(''))
        .replace('\u001E/sys/firmware\u001F', `\u001E${pathOf(0)}\u001Fempty$&`),
    );
    return observationOf(reading).facts;
  };
  const [two, eight] = [await factsWith(2), await factsWith(8)];
  expect(eight).toEqual(two);
  const folded = '/sys/devices/system/cpu/cpu{n}/thermal_throttle';
  expect(two).toMatchObject({
    'oci.linux.maskedPaths': expect.arrayContaining([folded]),
    [`mounts.${folded}.type`]: 'tmpfs',
    [`paths.${folded}`]: 'hidden',
  });
});

test('the kernel says what holds', async () => {
  const {facts, measurements} = observationOf(await capturedReading('docker-published'));
  expect(facts).toMatchObject({
    'process.capabilities.ambient': [],
    'process.noNewPrivileges': false,
    'process.seccomp.mode': 'filter',
    'process.rlimits.RLIMIT_NOFILE.soft': 20_000,
    'process.rlimits.RLIMIT_CORE.hard': 'unlimited',
    'process.fds.others': ['2 x pipe', '5 x socket'],
    'process.tree': ['2 x nginx uid 33', 'nginx uid 0'],
    'namespaces.net': 'own',
    'namespaces.user': 'shared',
    'cgroup.path.memory': '/docker/{id}',
    'cgroup.memory.limit_in_bytes': 'unlimited',
    'cgroup.memory.oom_control': 'oom_kill_disable 0',
    'paths./proc/keys': 'hidden',
    'paths./proc/sys': 'read-only',
    'devices./dev/null': 'c 1:3 0666 0:0',
    'sysctl.net.ipv4.ip_unprivileged_port_start': '0',
    'network.listening': ['tcp 0.0.0.0:80'],
  });
  expect(facts['process.capabilities.effective']).toContain('CAP_NET_BIND_SERVICE');
  expect(measurements['memory.shim']).toEqual({value: expect.any(Number) as number, unit: 'bytes'});
});

test.each([
  ['a process id', (text: string) => text.replaceAll(/\/proc\/\d+\/exe/g, '/proc/4711/exe')],
  [
    'a MAC',
    (text: string) =>
      text.replaceAll(
        /"link_type":"ether","address":"(?!02:42:ac)[0-9a-f:]+"/g,
        '"link_type":"ether","address":"9e:11:22:33:44:55"',
      ),
  ],
  ['inode numbers', (text: string) => text.replaceAll(/(pipe|socket):\[\d+\]/g, '$1:[99999999]')],
  ['the name of a veth', (text: string) => text.replaceAll(/veth[0-9a-f]{7}/g, 'veth0badcaf')],
  [
    'the id',
    (text: string) =>
      text
        .replaceAll('61afbe7c5eb318ab3f0f308ae83874294c689118ffee4aa9f369dc6dc4896ed0', 'f'.repeat(64))
        .replaceAll('61afbe7c5eb3', 'f'.repeat(12)),
  ],
])('%s does not matter', async (_, edit) => {
  const text = await readFile(new URL('captured/bookworm-docker-published.txt', import.meta.url), 'utf8');
  expect(edit(text)).not.toBe(text);
  const one = observationOf(await capturedReading('docker-published'));
  const bundle = `/run/containerd/io.containerd.runtime.v2.task/moby/${'f'.repeat(64)}`;
  const running = {name: 'plumbline-nginx', pid: 269, bundle, address: '172.17.0.2'};
  const isId = _ === 'the id';
  const other = observationOf(await capturedReading('docker-published', edit, isId ? {running} : {}));
  expect(other.facts).toEqual(one.facts);
});

test('no value of a variable that is a secret is in the facts', async () => {
  const reading = await capturedReading('docker-published', (text) =>
    text
      .replace('"HOSTNAME=61afbe7c5eb3"', '"DB_PASSWORD=hunter2","HOSTNAME=61afbe7c5eb3"')
      .replace('\u001Cenviron\u001F\u001E', '$&DB_PASSWORD=hunter2\0'),
  );
  const {facts} = observationOf(reading);
  expect(facts).toMatchObject({
    'oci.process.env.DB_PASSWORD': '<redacted>',
    'process.environment.DB_PASSWORD': '<redacted>',
  });
  expect(JSON.stringify(facts)).not.toContain('hunter2');
});

test('only what appeared is said of the machine', async () => {
  const text = await readFile(new URL('captured/bookworm-docker-published.txt', import.meta.url), 'utf8');
  const {facts} = observationOf(await capturedReading('docker-published', undefined, {before: parseInventory(text)}));
  expect(Object.entries(facts).filter(([path]) => path.startsWith('machine.'))).toEqual([
    ['machine.chains', []],
    ['machine.links', []],
    ['machine.listening', []],
    ['machine.nftables', []],
    ['machine.routes', []],
  ]);
});

test('what the machine listens on beside what it did before is told', async () => {
  const text = await readFile(new URL('captured/bookworm-docker-published.txt', import.meta.url), 'utf8');
  const rows = [
    'tcp\u001F0100007F:1388',
    'tcp\u001F00000000:1F90',
    // 32767, which somebody chose; 32768 and 60999, which the kernel may pick; 61000.
    'tcp\u001F0100007F:7FFF',
    'tcp\u001F0100007F:8000',
    'tcp\u001F0100007F:EE47',
    'tcp\u001F0100007F:EE48',
    'unix\u001F/run/new.sock',
  ];
  const known = 'sockets\u001Etcp\u001F0100007F:1388\u001F';
  const before = parseInventory(`${text}\u001C${known}`);
  const edit = (one: string): string => `${one}\u001Cmachine listening\u001E${rows.join('\u001E')}`;
  const {facts} = observationOf(await capturedReading('docker-published', edit, {before}));
  expect(facts['machine.listening']).toEqual(['tcp 0.0.0.0:8080', 'tcp 127.0.0.1:32767', 'tcp 127.0.0.1:61000']);
});

test('probes become facts without the time that was waited', async () => {
  const reach = [
    exampleReach(),
    exampleReach({
      vantage: 'harness',
      seen: {kind: 'silent', reason: 'no connection within 312 ms'},
      expected: 'silent',
    }),
  ];
  const {facts, measurements} = observationOf(await capturedReading('runc-netns', undefined, {reach}));
  expect(facts).toMatchObject({
    'reach.address.machine': 'answer 200',
    'reach.address.harness': 'silent, no connection',
  });
  expect(measurements['firstByte.address.machine']).toEqual({value: 0.84, unit: 'ms'});
});

test('the README has the table of families', async () => {
  const readme = await readFile(new URL('README.md', import.meta.url), 'utf8');
  expect(readme).toContain(factTable());
});
