import {expect, test} from 'vitest';
import {specFacts} from './oci-spec.ts';

test('a list of named things becomes paths, and sets are sorted', () => {
  expect(
    specFacts({
      process: {
        rlimits: [{type: 'RLIMIT_NOFILE', hard: 2, soft: 1}],
        env: ['A=b=c'],
        args: ['z', 'a'],
        capabilities: {bounding: ['CAP_B', 'CAP_A']},
      },
      mounts: [{destination: '/proc', type: 'proc', source: 'proc', options: ['ro', 'nodev']}],
      linux: {namespaces: [{type: 'pid'}, {type: 'network', path: '/run/netns/x'}], maskedPaths: []},
    }),
  ).toEqual({
    'oci.process.rlimits.RLIMIT_NOFILE.hard': 2,
    'oci.process.rlimits.RLIMIT_NOFILE.soft': 1,
    'oci.process.env.A': 'b=c',
    'oci.process.args': ['z', 'a'],
    'oci.process.capabilities.bounding': ['CAP_A', 'CAP_B'],
    'oci.mounts./proc.type': 'proc',
    'oci.mounts./proc.source': 'proc',
    'oci.mounts./proc.options': ['nodev', 'ro'],
    'oci.linux.namespaces.pid': true,
    'oci.linux.namespaces.network': true,
    'oci.linux.namespaces.network.path': '/run/netns/x',
    'oci.linux.maskedPaths': [],
  });
});

test('a variable whose name speaks of a secret has no value', () => {
  expect(specFacts({process: {env: ['DB_PASSWORD=a=hunter2', 'DB_USER=web']}})).toEqual({
    'oci.process.env.DB_PASSWORD': '<redacted>',
    'oci.process.env.DB_USER': 'web',
  });
});

test('two mounts on one point are both kept', () => {
  const mounts = [
    {destination: '/a', type: 'tmpfs'},
    {destination: '/a', type: 'proc'},
  ];
  expect(specFacts({mounts})).toEqual({
    'oci.mounts': ['destination=/a type=tmpfs', 'destination=/a type=proc'],
  });
});

test('devices that are allowed one by one may be so in any order, and no others', () => {
  const rules = (...devices: object[]) => specFacts({linux: {resources: {devices}}})['oci.linux.resources.devices'];
  const [nothing, one, two] = [
    {allow: false, access: 'rwm'},
    {allow: true, type: 'c', minor: 3},
    {allow: true, type: 'c', minor: 5},
  ];
  expect(rules(nothing, two, one)).toEqual(rules(nothing, one, two));
  expect(rules(two, nothing, one)).not.toEqual(rules(one, nothing, two));
  expect(rules()).toEqual([]);
});

test('how a seccomp profile is split into rules does not matter', () => {
  const rule = (...names: string[]) => ({names, action: 'SCMP_ACT_ALLOW'});
  const whole = specFacts({linux: {seccomp: {defaultAction: 'SCMP_ACT_ERRNO', syscalls: [rule('read', 'write')]}}});
  const split = specFacts({
    linux: {seccomp: {defaultAction: 'SCMP_ACT_ERRNO', syscalls: [rule('write'), rule('read')]}},
  });
  expect(split).toEqual(whole);
  expect(whole['oci.linux.seccomp.syscalls.SCMP_ACT_ALLOW']).toEqual(['read', 'write']);
});

test('conditions on arguments and error numbers are kept', () => {
  const syscalls = [
    {names: ['clone'], action: 'SCMP_ACT_ALLOW', args: [{index: 0, value: 8, op: 'SCMP_CMP_EQ'}]},
    {names: ['clone3'], action: 'SCMP_ACT_ERRNO', errnoRet: 38},
  ];
  expect(specFacts({linux: {seccomp: {syscalls}}})).toEqual({
    'oci.linux.seccomp.syscalls.SCMP_ACT_ALLOW': ['clone if arg0 EQ 8'],
    'oci.linux.seccomp.syscalls.SCMP_ACT_ERRNO(38)': ['clone3'],
  });
});
