import {expect, test} from 'vitest';
import {cgroupFolders, parseHostCgroups} from './cgroups.ts';

const line = (mountPoint: string, type: string, superOptions: string, device = '0:26') =>
  `30 23 ${device} / ${mountPoint} rw,nosuid shared:9 - ${type} cgroup ${superOptions}`;

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
        '0:27',
      ),
      line('/sys/fs/cgroup/unified', 'cgroup2', 'rw,nsdelegate', '0:28'),
      '31 23 0:25 / /proc rw - proc proc rw',
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

test('a hierarchy that is mounted twice is one, and the mounts of a chroot are none', () => {
  const mounts = [
    line('/srv/chroot/sys/fs/cgroup/pids', 'cgroup', 'rw,pids', '0:36'),
    line('/sys/fs/cgroup/pids', 'cgroup', 'rw,pids', '0:36'),
    line('/sys/fs/cgroup/memory', 'cgroup', 'rw,memory', '0:32'),
    line('/sys/fs/cgroup/again', 'cgroup', 'rw,pids', '0:36'),
  ];
  expect(parseHostCgroups(mounts.join('\n'))?.hierarchies.map(({mountPoint}) => mountPoint)).toEqual([
    '/sys/fs/cgroup/pids',
    '/sys/fs/cgroup/memory',
  ]);
});

test('a host without any is told apart', () => {
  expect(parseHostCgroups('31 23 0:27 / /proc rw - proc proc rw\n')).toBeUndefined();
});
