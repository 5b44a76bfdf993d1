import {expect, test} from 'vitest';
import {nginx} from '../../scenarios/workloads/nginx.ts';
import type {WorkloadOptions} from '../scenario/workload-options.ts';
import {ctrOptionFlags} from './ctr.ts';
import {dockerHostConfig, dockerOptionFlags} from './docker-options.ts';
import {editSpec} from './runc-spec.ts';

const options = {
  readOnlyRoot: true,
  addedCapabilities: ['CAP_SYS_TIME'],
  user: {uid: 1234, gid: 99},
  rlimits: {RLIMIT_NOFILE: {soft: 10, hard: 20}},
  memory: 1024,
  cpuShares: 512,
  pids: 7,
  sysctls: {'net.core.somaxconn': '9'},
  mounts: [
    {type: 'bind', source: '/a', target: '/b', readOnly: true},
    {type: 'tmpfs', target: '/c', options: ['size=64k', 'mode=700']},
  ],
} satisfies WorkloadOptions;

test('docker, as its Engine API has it and as a person types it', () => {
  expect(dockerHostConfig({...options, privileged: true, seccomp: false})).toEqual({
    Privileged: true,
    ReadonlyRootfs: true,
    SecurityOpt: ['seccomp=unconfined'],
    CapAdd: ['CAP_SYS_TIME'],
    Ulimits: [{Name: 'nofile', Soft: 10, Hard: 20}],
    Memory: 1024,
    MemorySwap: 1024,
    CpuShares: 512,
    PidsLimit: 7,
    Sysctls: {'net.core.somaxconn': '9'},
    Binds: ['/a:/b:ro'],
    Tmpfs: {'/c': 'size=64k,mode=700'},
  });
  expect(dockerOptionFlags({...options, privileged: true, seccomp: false}).join(' ')).toBe(
    '--privileged --read-only --security-opt seccomp=unconfined --cap-add CAP_SYS_TIME --user 1234:99 --ulimit nofile=10:20 ' +
      '--memory 1024 --memory-swap 1024 --cpu-shares 512 --pids-limit 7 --sysctl net.core.somaxconn=9 ' +
      '--volume /a:/b:ro --tmpfs /c:size=64k,mode=700',
  );
  expect(dockerHostConfig({})).toEqual({Binds: [], Tmpfs: {}});
});

test('ctr', () => {
  expect(ctrOptionFlags({...options, privileged: true, seccomp: true}).join(' ')).toBe(
    '--privileged --read-only --seccomp --cap-add CAP_SYS_TIME --memory-limit 1024 --cpu-shares 512 ' +
      '--mount type=bind,src=/a,dst=/b,options=rbind:ro --mount type=tmpfs,src=tmpfs,dst=/c,options=size=64k:mode=700',
  );
});

test('runc, in the spec', () => {
  const spec = {
    process: {
      args: ['sh'],
      user: {uid: 0, gid: 0},
      capabilities: {bounding: ['CAP_KILL']},
      rlimits: [
        {type: 'RLIMIT_NOFILE', soft: 1024, hard: 1024},
        {type: 'RLIMIT_CORE', soft: 0, hard: 0},
      ],
    },
    root: {path: 'rootfs'},
    mounts: [{destination: '/proc'}],
    linux: {namespaces: [], resources: {devices: []}},
  };
  expect(editSpec(spec, {...nginx, capabilities: [], options: {...options, umask: 0o77}}, '/netns')).toEqual({
    process: {
      args: nginx.command,
      terminal: false,
      user: {uid: 1234, gid: 99, umask: 0o77},
      capabilities: {bounding: ['CAP_KILL', 'CAP_SYS_TIME']},
      rlimits: [
        {type: 'RLIMIT_CORE', soft: 0, hard: 0},
        {type: 'RLIMIT_NOFILE', soft: 10, hard: 20},
      ],
    },
    root: {path: 'rootfs', readonly: true},
    mounts: [
      {destination: '/proc'},
      {destination: '/b', type: 'bind', source: '/a', options: ['rbind', 'ro']},
      {destination: '/c', type: 'tmpfs', source: 'tmpfs', options: ['size=64k', 'mode=700']},
    ],
    linux: {
      namespaces: [],
      sysctl: {'net.core.somaxconn': '9'},
      resources: {
        devices: [],
        memory: {limit: 1024, swap: 1024},
        cpu: {shares: 512},
        pids: {limit: 7},
      },
    },
  });
});
