import {expect, test} from 'vitest';
import type {FactValue, Facts} from '../observe/fact.ts';
import {specFacts} from '../observe/oci-spec.ts';
import {exampleMachine} from '../report/example-run.ts';
import {compareRuns} from './comparison.ts';
import {exampleLoadedRun} from './example-runs.ts';

const onKernels = (kernels: readonly string[], facts: Facts) =>
  exampleLoadedRun([{level: 'docker', network: 'published', facts: {'process.cwd': '/', ...facts}}], {
    machines: kernels.map((kernel) => ({
      ...exampleMachine(),
      versions: {docker: '28.5.1', containerd: '1.7.28', runc: '1.3.2', kernel},
    })),
  });

const onKernel = (kernel: string, facts: Facts) => onKernels([kernel], facts);

const factsOf = (fact: string, value: FactValue | undefined): Facts => (value === undefined ? {} : {[fact]: value});

const compared = (fact: string, old: FactValue | undefined, recent: FactValue | undefined, same: Facts = {}) =>
  compareRuns(onKernel('6.18', {...same, ...factsOf(fact, old)}), onKernel('6.1', {...same, ...factsOf(fact, recent)}));

test.each<[fact: string, old: FactValue | undefined, recent: FactValue | undefined]>([
  ['sysctl.net.ipv4.tcp_rmem', '4096 131072 6291456', '4096 131072 33554432'],
  ['sysctl.net.ipv4.tcp_shrink_window', undefined, '0'],
  ['isolation.calls.mseal', 'as the kernel', 'ENOSYS'],
  ['isolation.calls.mseal', 'ENOSYS', 'as the kernel'],
  ['isolation.kernel.missingCalls', ['iopl'], ['iopl', 'mseal']],
  ['process.rlimits.RLIMIT_NPROC.soft', 95_945, 95_953],
  ['exec.process.rlimits.RLIMIT_SIGPENDING.hard', 95_945, 95_953],
  ['process.rlimits.RLIMIT_MEMLOCK.soft', 65_536, 8_388_608],
  ['cgroup.memory.zswap.max', undefined, 'unlimited'],
  ['cgroup.cgroup.controllers', 'cpu io memory pids', 'cpu io memory pids misc dmem'],
  ['mounts./.options', ['rw'], ['rw', 'uuid=on', 'xino=off']],
  ['mounts./sys/fs/cgroup.options', ['ro', 'memory_hugetlb_accounting'], ['ro']],
  ['paths./proc/sched_debug', 'hidden', 'absent'],
  ['isolation.access./proc/asound', 'absent', 'listed ENOENT'],
  ['network.links.eth0.offload', 'gso 65536', 'gso 65536 gro 65536'],
  ['process.ioPriority', 'none 0', 'best-effort 4'],
])('a kernel makes %s: %j -> %j', (fact, old, recent) => {
  expect(compared(fact, old, recent)).toMatchObject({differences: [], unexplained: 0, ofHostKernel: [{fact}]});
});

test.each<[fact: string, old: FactValue | undefined, recent: FactValue | undefined]>([
  ['oci.linux.maskedPaths', ['/proc/keys', '/proc/kcore'], ['/proc/keys']],
  ['oci.process.noNewPrivileges', true, undefined],
  ['process.noNewPrivileges', true, false],
  ['process.capabilities.effective', ['CAP_CHOWN'], ['CAP_CHOWN', 'CAP_SYS_ADMIN']],
  ['process.seccomp.mode', 'filter', 'disabled'],
  ['process.seccomp.filters', 1, undefined],
  ['process.lsm', 'docker-default (enforce)', 'unconfined'],
  ['process.rlimits.RLIMIT_NOFILE.soft', 1024, 1_048_576],
  ['process.rlimits.RLIMIT_MEMLOCK.soft', 65_536, 'unlimited'],
  ['process.oomScoreAdj', 0, -999],
  ['namespaces.user', 'own', 'shared'],
  ['reach.address.neighbour', 'silent, no connection', 'answer 200'],
  ['machine.rules.ip.raw.PREROUTING', ['-j DROP'], undefined],
  ['reachability.dns.outsideFromInternal', 'SERVFAIL', 'found'],
  ['lifecycle.stop.exitCode', 0, 137],
  ['surface.info.Runtimes', ['runc'], ['runc', 'other']],
  ['limits.pids.othersInCgroup', 2, 3],
  ['isolation.calls.mount', 'EPERM', 'as the kernel'],
  ['isolation.calls.mount', 'as the kernel', 'EPERM'],
  ['isolation.sockets.packet', 'EPERM', 'allowed'],
  ['sysctl.net.ipv4.ip_unprivileged_port_start', '0', '1024'],
  ['sysctl.net.ipv6.conf.all.disable_ipv6', '1', '0'],
  ['sysctl.kernel.hostname', '{id}', 'host'],
  ['cgroup.pids.max', 100, 'unlimited'],
  ['cgroup.path.pids', '/docker/{id}', undefined],
  ['cgroup.devices.list', ['a *:* rwm'], undefined],
  ['cgroup.cgroup.controllers', 'cpu io memory pids', 'cpu io pids misc'],
  ['mounts./.options', ['ro'], ['rw', 'uuid=on']],
  ['mounts./proc/kcore.type', 'tmpfs', undefined],
  ['paths./proc/kcore', 'hidden', 'writable'],
  ['paths./proc/sys', 'read-only', 'writable'],
  ['devices./dev/mem', undefined, 'c 1:1 0640 0 0'],
])('no kernel makes %s: %j -> %j', (fact, old, recent) => {
  expect(compared(fact, old, recent)).toMatchObject({differences: [{fact}], unexplained: 1, ofHostKernel: []});
});

test.each<[fact: string, old: FactValue, recent: FactValue, spec: string]>([
  ['sysctl.net.core.somaxconn', '1024', '4096', 'oci.linux.sysctl.net.core.somaxconn'],
  ['process.rlimits.RLIMIT_NPROC.soft', 100, 95_953, 'oci.process.rlimits.RLIMIT_NPROC.soft'],
  ['exec.process.rlimits.RLIMIT_NPROC.soft', 100, 95_953, 'oci.process.rlimits.RLIMIT_NPROC.soft'],
])('nor %s where the specification sets it', (fact, old, recent, spec) => {
  expect(compared(fact, old, recent, {[spec]: old})).toMatchObject({differences: [{fact}], ofHostKernel: []});
  expect(compared(fact, old, recent)).toMatchObject({differences: [], ofHostKernel: [{fact}]});
});

test('nor a priority that the specification sets', () => {
  const set = specFacts({process: {ioPriority: {class: 'IOPRIO_CLASS_BE', priority: 4}}});
  const [fact, old, recent] = ['process.ioPriority', 'best-effort 4', 'none 0'] as const;
  expect(compared(fact, old, recent, set)).toMatchObject({differences: [{fact}], ofHostKernel: []});
  expect(compared(fact, old, recent)).toMatchObject({differences: [], ofHostKernel: [{fact}]});
});

test('what masks a file goes with the file', () => {
  const [masked, absent] = [
    {'paths./proc/scsi': 'hidden', 'mounts./proc/scsi.type': 'tmpfs'},
    {'paths./proc/scsi': 'absent'},
  ];
  const {differences, ofHostKernel} = compareRuns(onKernel('6.18', masked), onKernel('6.1', absent));
  expect(differences).toEqual([]);
  expect(ofHostKernel.map(({fact}) => fact).toSorted()).toEqual(['mounts./proc/scsi.type', 'paths./proc/scsi']);
});

test.each([
  [['6.1.0'], ['6.1.0', '6.12.0'], 0],
  [['6.12.0'], ['6.1.0', '6.12.0'], 0],
  [['6.1.0', '6.12.0'], ['6.1.0'], 0],
  [['6.1.0', '6.12.0'], ['6.1.0', '6.12.0'], 0],
  [['6.1.0', '6.1.0'], ['6.1.0'], 1],
  [['6.1.0-1', '6.1.0-2'], ['6.1.0-2'], 1],
])('of runs whose parts ran on %j and %j, %d has its reason in the runtimes', (before, after, unexplained) => {
  const on = (kernels: readonly string[], value: string) => onKernels(kernels, {'sysctl.net.core.somaxconn': value});
  expect(compareRuns(on(before, '128'), on(after, '4096')).unexplained).toBe(unexplained);
});
