import {expect, test} from 'vitest';
import {cgroupFolders, parseHostCgroups} from './cgroups.ts';

const line = (mountPoint: string, type: string, superOptions: string) =>
  `30 23 0:26 / ${mountPoint} rw,nosuid shared:9 - ${type} cgroup ${superOptions}`;

test('a host with version 2 alone has one hierarchy', () => {
  const cgroups = parseHostCgroups(line('/sys/fs/cgroup', 'cgroup2', 'rw,nsdelegate'));
  expect(cgroups).toEqual({version: 2, hierarchies: [{mountPoint: '/sys/fs/cgroup', folder: '', options: 'v2'}]});
});

test('a hybrid host has its version 1 hierarchies and the version 2 one beside them', () => {
  const cgroups = parseHostCgroups(
    [
      line('/sys/fs/cgroup/cpu,cpuacct', 'cgroup', 'rw,cpu,cpuacct'),
      line(
        '/sys/fs/cgroup/systemd',
        'cgroup',
        'rw,xattr,release_agent=/lib/systemd/systemd-cgroups-agent,name=systemd',
      ),
      line('/sys/fs/cgroup/unified', 'cgroup2', 'rw,nsdelegate'),
      '31 23 0:27 / /proc rw - proc proc rw',
    ].join('\n'),
  );
  expect(cgroups).toEqual({
    version: 1,
    hierarchies: [
      {mountPoint: '/sys/fs/cgroup/cpu,cpuacct', folder: 'cpu,cpuacct', options: 'cpu,cpuacct'},
      {mountPoint: '/sys/fs/cgroup/systemd', folder: 'systemd', options: 'none,name=systemd'},
      {mountPoint: '/sys/fs/cgroup/unified', folder: 'unified', options: 'v2'},
    ],
  });
  expect(cgroups && cgroupFolders(cgroups, 'plumbline-a')).toContain('/sys/fs/cgroup/cpu,cpuacct/plumbline-a');
});

test('a host without any is told apart', () => {
  expect(parseHostCgroups('31 23 0:27 / /proc rw - proc proc rw\n')).toBeUndefined();
});
