import {expect, test} from 'vitest';
import {groupOf} from './group.ts';

test.each([
  ['reach.port.harness', 'reachability'],
  ['machine.rules.ip.nat.DOCKER', 'reachability'],
  ['sysctl.net.ipv4.ip_forward', 'reachability'],
  ['failure.probe', 'reachability'],
  ['sysctl.kernel.shmmax', 'isolation'],
  ['process.capabilities.effective', 'isolation'],
  ['oci.linux.maskedPaths', 'isolation'],
  ['oci.linux.resources.devices', 'isolation'],
  ['cgroup.path.memory', 'isolation'],
  ['oci.linux.seccomp.defaultAction', 'isolation'],
  ['oci.process.rlimits.RLIMIT_NOFILE.soft', 'limits'],
  ['process.rlimits.RLIMIT_NOFILE.soft', 'limits'],
  ['cgroup.memory.max', 'limits'],
  ['oci.linux.resources.cpu.shares', 'limits'],
  ['oci.process.args', 'lifecycle'],
  ['exec.process.signals.blocked', 'lifecycle'],
  ['exec.process.nice', 'limits'],
  ['exec.process.umask', 'isolation'],
  ['failure.workload', 'lifecycle'],
  ['residue', 'residue'],
  ['memory.shim', 'resources'],
  ['time.start', 'time'],
  ['surface.docker.apiVersions', 'surface'],
  ['limits.nofile.exec', 'limits'],
])('%s is about %s', (fact, group) => {
  expect(groupOf(fact)).toBe(group);
});
