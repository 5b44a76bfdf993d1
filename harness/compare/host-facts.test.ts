import {expect, test} from 'vitest';
import type {Facts} from '../observe/fact.ts';
import {exampleMachine} from '../report/example-run.ts';
import {compareRuns} from './comparison.ts';
import {exampleLoadedRun} from './example-runs.ts';

const MIB = 1024 * 1024;

test('what follows the size of the host is compared between hosts of one size alone', () => {
  const on = (cpus: number, facts: Facts, memoryBytes = cpus * 4_000_000_000) =>
    exampleLoadedRun([{level: 'runc', facts}], {host: {system: 'Linux', kernel: '6.1', cpus, memoryBytes}});
  const [two, four] = [
    {'process.cpus': '0-1', 'process.rlimits.RLIMIT_NPROC.soft': 1, 'process.umask': '0022'},
    {'process.cpus': '0-3', 'process.rlimits.RLIMIT_NPROC.soft': 2, 'process.umask': '0077'},
  ];
  expect(compareRuns(on(2, two), on(4, four)).differences.map(({fact}) => fact)).toEqual(['process.umask']);
  expect(compareRuns(on(2, two), on(2, four)).differences).toHaveLength(3);
  // One page less.
  expect(compareRuns(on(2, two), on(2, four, 7_999_995_904)).differences.map(({fact}) => fact)).toEqual([
    'process.umask',
    'process.cpus',
  ]);
});

test('so is the memory of a workload that starts a process for each processor', () => {
  const on = (cpus: number, shim: number) =>
    exampleLoadedRun(
      (['docker', 'ctr', 'runc'] as const).map((level) => ({
        level,
        facts: {'process.cwd': '/'},
        measurements: {
          'processes.cgroup': {value: cpus + 1, unit: 'count'},
          'memory.workload': {value: (4 + 2.2 * cpus) * MIB, unit: 'bytes'},
          'memory.cgroup': {value: (3 + 2.2 * cpus) * MIB, unit: 'bytes'},
          'memory.shim': {value: shim * MIB, unit: 'bytes'},
        },
      })),
      {host: {system: 'Linux', kernel: '6.1', cpus, memoryBytes: 8_000_000_000}},
    );
  expect(compareRuns(on(2, 10), on(8, 10))).toMatchObject({differences: [], unlikeHosts: ['number of processors']});
  expect(compareRuns(on(2, 10), on(8, 30)).differences.map(({fact}) => fact)).toEqual(['memory.shim']);
});

test('a limit that somebody set follows no size of the host', () => {
  const on = (memoryBytes: number, facts: Facts) =>
    exampleLoadedRun([{level: 'runc', facts}], {host: {system: 'Linux', kernel: '6.1', cpus: 2, memoryBytes}});
  const limited = (asked: number | undefined, got: number) => ({
    'process.cwd': '/',
    ...(asked !== undefined && {'oci.process.rlimits.RLIMIT_NPROC.soft': asked}),
    'process.rlimits.RLIMIT_NPROC.soft': got,
    'exec.process.rlimits.RLIMIT_NPROC.soft': got,
    'process.rlimits.RLIMIT_SIGPENDING.soft': got,
  });
  const differing = (old: Facts, recent: Facts) =>
    compareRuns(on(4_000_000_000, old), on(8_000_000_000, recent))
      .differences.map(({fact}) => fact)
      .toSorted();
  const [asked, got, beside] = ['oci.', '', 'exec.'].map((prefix) => `${prefix}process.rlimits.RLIMIT_NPROC.soft`);
  expect(differing(limited(100, 100), limited(100, 95_953))).toEqual([beside, got]);
  expect(differing(limited(100, 100), limited(50, 50))).toEqual([beside, asked, got]);
  expect(differing(limited(100, 100), limited(undefined, 95_953))).toEqual([beside, asked, got]);
  expect(differing(limited(undefined, 47_000), limited(undefined, 95_953))).toEqual([]);
});

test('the modules that a host has loaded are not compared', () => {
  const on = (facts: Facts) => exampleLoadedRun([{level: 'runc', facts: {'process.cwd': '/', ...facts}}]);
  const path = 'sysctl.net.ipv4.tcp_available_congestion_control';
  expect(compareRuns(on({[path]: 'reno cubic'}), on({[path]: 'reno cubic bbr'})).differences).toEqual([]);
  expect(compareRuns(on({[path]: 'reno cubic'}), on({})).differences).toEqual([]);
});

test('nor are the settings of a module that a host of sandboxes may have loaded, but those of virtual machines are', () => {
  const on = (acceleration: string, facts: Facts) =>
    exampleLoadedRun([{level: 'runc', facts: {'process.cwd': '/', ...facts}}], {
      machines: [{...exampleMachine(), traits: {acceleration}}],
    });
  const loaded = {'sysctl.net.bridge.bridge-nf-call-iptables': '1'};
  expect(compareRuns(on('none', loaded), on('none', {})).differences).toEqual([]);
  expect(compareRuns(on('none', loaded), on('kvm', {})).differences).toEqual([]);
  expect(compareRuns(on('kvm', loaded), on('kvm', {})).differences).toHaveLength(1);
});

test('what follows the size of a virtual machine is compared whatever its host is', () => {
  const on = (cpus: number, facts: Facts) =>
    exampleLoadedRun([{level: 'runc', facts}], {
      host: {system: 'Linux', kernel: '6.1', cpus, memoryBytes: cpus * 4_000_000_000},
      machines: [{...exampleMachine(), traits: {acceleration: 'kvm', cpus: 2, memoryBytes: 2_147_483_648}}],
    });
  const comparison = compareRuns(on(2, {'process.cpus': '0-1'}), on(8, {'process.cpus': '0'}));
  expect(comparison).toMatchObject({differences: [{fact: 'process.cpus'}], unlikeHosts: []});
});

test('what follows the processor is compared between hosts with the same mitigations alone', () => {
  const on = (storeBypass: string, facts: Facts) =>
    exampleLoadedRun([{level: 'runc', facts}], {
      host: {
        system: 'Linux',
        kernel: '6.1',
        cpus: 2,
        memoryBytes: 8_000_000_000,
        mitigations: {spec_store_bypass: storeBypass},
      },
    });
  const [chosen, never] = [
    {'process.speculation.storeBypass': 'thread vulnerable', 'exec.process.speculation.storeBypass': 'vulnerable'},
    {'process.speculation.storeBypass': 'not vulnerable', 'exec.process.speculation.storeBypass': 'not vulnerable'},
  ];
  expect(compareRuns(on('by prctl', chosen), on('Not affected', never))).toMatchObject({
    differences: [],
    unlikeHosts: ['mitigations of their processors'],
  });
  expect(compareRuns(on('by prctl', chosen), on('by prctl', never)).differences).toHaveLength(2);
});

test('what runtimes mask where it is there is compared between hosts that both have it alone', () => {
  const throttle = '/sys/devices/system/cpu/cpu{n}/thermal_throttle';
  const on = (maskablePaths: readonly string[], facts: Facts) =>
    exampleLoadedRun([{level: 'docker', facts}], {
      host: {system: 'Linux', kernel: '6.1', cpus: 2, memoryBytes: 8_000_000_000, maskablePaths: [...maskablePaths]},
    });
  const masking = {
    'oci.linux.maskedPaths': ['/proc/keys', throttle],
    [`mounts.${throttle}.type`]: 'tmpfs',
    [`paths.${throttle}`]: 'hidden',
    [`isolation.access.${throttle}`]: 'empty EROFS',
    'paths./proc/keys': 'hidden',
  };
  const none = {
    'oci.linux.maskedPaths': ['/proc/keys'],
    [`isolation.access.${throttle}`]: 'absent',
    'paths./proc/keys': 'hidden',
  };
  expect(compareRuns(on([throttle, '/proc/keys'], masking), on(['/proc/keys'], none))).toMatchObject({
    differences: [],
    unlikeHosts: ['what there is to be masked'],
  });
  const unmasked = {...masking, 'oci.linux.maskedPaths': [throttle]};
  expect(compareRuns(on(['/proc/keys'], masking), on([], unmasked)).differences).toMatchObject([
    {fact: 'oci.linux.maskedPaths'},
  ]);
  const [both, leak] = [[throttle, '/proc/keys'], {...none, 'paths./proc/keys': 'readable'}];
  expect(compareRuns(on(both, masking), on(both, none)).differences).toHaveLength(4);
  expect(compareRuns(on(both, masking), on(['/proc/keys'], leak)).differences).toMatchObject([
    {fact: 'paths./proc/keys'},
  ]);
});

test('the sockets of a workload that has two for each worker are not counted between hosts of another size', () => {
  const on = (cpus: number, others: readonly string[]) =>
    exampleLoadedRun([{level: 'runc', facts: {'process.fds.others': [...others]}}], {
      host: {system: 'Linux', kernel: '6.1', cpus, memoryBytes: 8_000_000_000},
    });
  const two = on(2, ['2 x pipe', '5 x socket']);
  expect(compareRuns(two, on(4, ['2 x pipe', '9 x socket'])).differences).toEqual([]);
  expect(compareRuns(two, on(2, ['2 x pipe', '9 x socket'])).differences).toHaveLength(1);
  expect(compareRuns(two, on(4, ['2 x pipe', '9 x socket', 'cgroup folder'])).differences).toMatchObject([
    {fact: 'process.fds.others', changes: ['+cgroup folder']},
  ]);
});

const machineWith = (traits: Readonly<Record<string, string | number | boolean>>) => ({...exampleMachine(), traits});

test('what follows the version of cgroups is compared between hosts of one version alone', () => {
  const on = (cgroupVersion: number, facts: Facts, acceleration = 'none') =>
    exampleLoadedRun([{level: 'docker', facts}], {machines: [machineWith({acceleration, cgroupVersion})]});
  const one = {
    'cgroup.memory.limit_in_bytes': 67_108_864,
    'cgroup.pids.max': 24,
    'isolation.access./sys/fs/cgroup': 'listed EACCES',
    'limits.cpuShares.512': '512',
    'mounts./sys/fs/cgroup/pids.type': 'cgroup',
    'namespaces.cgroup': 'shared',
    'process.seccomp.mode': 'filter',
    'surface.info.SecurityOptions': ['name=seccomp,profile=builtin'],
  };
  const two = {
    'cgroup.memory.max': 67_108_864,
    'cgroup.pids.max': 'unlimited',
    'isolation.access./sys/fs/cgroup': 'listed writable',
    'limits.cpuShares.512': '59',
    'namespaces.cgroup': 'own',
    'oci.linux.namespaces.cgroup': true,
    'process.seccomp.mode': 'disabled',
    'surface.info.SecurityOptions': ['name=cgroupns'],
  };
  const {differences, unlikeHosts} = compareRuns(on(1, one), on(2, two));
  expect(unlikeHosts).toEqual(['version of cgroups']);
  expect(differences.map(({fact}) => fact).toSorted()).toEqual([
    'cgroup.pids.max',
    'process.seccomp.mode',
    'surface.info.SecurityOptions',
  ]);
  expect(compareRuns(on(2, one), on(2, two))).toMatchObject({unlikeHosts: [], differences: {length: 10}});
  expect(compareRuns(on(1, one, 'tcg'), on(2, two, 'tcg'))).toMatchObject({unlikeHosts: [], differences: {length: 10}});
  expect(compareRuns(on(1, one), on(2, two, 'tcg')).unlikeHosts).toEqual(['version of cgroups']);
});

test('what follows AppArmor is compared between hosts that both have it alone, or both have not', () => {
  const on = (label: string, profile: string | undefined, acceleration = 'none') =>
    exampleLoadedRun(
      [
        {
          level: 'docker',
          facts: {
            'process.cwd': '/',
            'process.lsm': label,
            'surface.info.SecurityOptions': profile === undefined ? [] : ['name=apparmor'],
            ...(profile !== undefined && {'oci.process.apparmorProfile': profile}),
          },
        },
      ],
      {machines: [machineWith({acceleration})]},
    );
  const confined = on('docker-default (enforce)', 'docker-default');
  const unlike = {differences: [], unlikeHosts: ['having AppArmor or SELinux']};
  expect(compareRuns(on('none', undefined), confined)).toMatchObject(unlike);
  expect(compareRuns(confined, on('none', undefined))).toMatchObject(unlike);
  const unconfined = compareRuns(confined, on('unconfined', undefined));
  expect(unconfined).toMatchObject({unlikeHosts: [], differences: {length: 3}});
  const virtual = compareRuns(on('docker-default (enforce)', 'docker-default', 'tcg'), on('none', undefined, 'tcg'));
  expect(virtual).toMatchObject({unlikeHosts: [], differences: {length: 3}});
});

test('a run whose parts ran on unlike hosts is compared as if each cell had run on any of them', () => {
  const host = {system: 'Linux', kernel: '6.1', cpus: 2, memoryBytes: 8_000_000_000};
  const one = {...host, mitigations: {spectre_v2: 'Vulnerable'}, maskablePaths: ['/proc/keys', '/proc/scsi']};
  const other = {...host, mitigations: {spectre_v2: 'Not affected'}, maskablePaths: ['/proc/keys']};
  const [machine, larger] = [2, 4].map((cpus) => ({
    ...exampleMachine(),
    traits: {acceleration: 'none', cpus, memoryBytes: 8_000_000_000},
  }));
  const run = (facts: Facts, changes: Parameters<typeof exampleLoadedRun>[1]) =>
    exampleLoadedRun([{level: 'runc', facts}], changes);
  const facts = (value: string) => ({
    'process.cpus': value,
    'process.speculation.storeBypass': value,
    'paths./proc/scsi': value,
    'paths./proc/keys': value,
  });
  const merged = {host: one, otherHosts: [other], machines: [machine, larger].filter((known) => known !== undefined)};
  const unlike = {
    differences: [{fact: 'paths./proc/keys'}],
    unlikeHosts: ['number of processors', 'mitigations of their processors', 'what there is to be masked'],
  };
  expect(compareRuns(run(facts('a'), merged), run(facts('b'), {host: one}))).toMatchObject(unlike);
  expect(compareRuns(run(facts('a'), {host: one}), run(facts('b'), merged))).toMatchObject(unlike);
  expect(compareRuns(run(facts('a'), merged), run(facts('b'), merged))).toMatchObject(unlike);
  expect(compareRuns(run(facts('a'), {host: one}), run(facts('b'), {host: one})).differences).toHaveLength(4);
});
