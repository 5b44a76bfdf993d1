import {readFileSync} from 'node:fs';
import type {Workload} from '../../harness/scenario/workload.ts';

const applets =
  'cat chmod dd echo env false grep head id kill ls mkdir mknod nslookup rm sed sh sleep stat touch true'.split(' ');

/** Perl, which every Debian has and which can make any system call, with `ip` and `mount`; and the script that looks around. */
const image: Workload['image'] = {
  name: 'docker.io/library/inspector:latest',
  suite: {name: 'bookworm', mirror: 'http://deb.debian.org/debian'},
  packages: [
    'busybox-static',
    'iproute2',
    'libblkid1',
    'libbpf1',
    'libbsd0',
    'libc6',
    'libcap2',
    'libcrypt1',
    'libelf1',
    'libmd0',
    'libmnl0',
    'libmount1',
    'libpcre2-8-0',
    'libselinux1',
    'libsmartcols1',
    'libxtables12',
    'mount',
    'perl-base',
    'zlib1g',
  ],
  exclude: [
    '/bin/ss',
    '/etc/iproute2',
    '/lib/systemd',
    '/sbin/tc',
    '/usr/lib/*/gconv',
    '/usr/lib/iproute2',
    '/usr/lib/tc',
    '/usr/share',
  ],
  folders: [
    {path: '/dev', mode: 0o755},
    {path: '/mnt', mode: 0o755},
    {path: '/proc', mode: 0o755},
    {path: '/root', mode: 0o700},
    {path: '/run', mode: 0o755},
    {path: '/sys', mode: 0o755},
    {path: '/tmp', mode: 0o1777},
    {path: '/var/tmp', mode: 0o1777},
  ],
  files: [
    {
      path: '/usr/local/bin/inspect',
      content: readFileSync(new URL('inspector/inspect.pl', import.meta.url), 'utf8'),
      mode: 0o755,
    },
    {path: '/etc/nsswitch.conf', content: 'passwd: files\ngroup: files\nhosts: files dns\n'},
  ],
  symlinks: applets.map((name) => ({path: `/bin/${name}`, target: 'busybox'})),
  users: [
    {name: 'root', uid: 0, gid: 0, home: '/root', shell: '/bin/sh'},
    {name: 'someone', uid: 1234, gid: 1234, home: '/home/someone', shell: '/bin/sh'},
    {name: 'nobody', uid: 65534, gid: 65534, home: '/nonexistent', shell: '/usr/sbin/nologin'},
  ],
  groups: [
    {name: 'root', gid: 0},
    {name: 'someone', gid: 1234},
    {name: 'nogroup', gid: 65534},
  ],
  config: {
    Cmd: ['inspect', 'serve'],
    Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
    ExposedPorts: ['80/tcp'],
  },
};

/** Tells what it sees of its container, and answers HTTP beside that. */
export const inspector: Workload = {
  name: 'inspector',
  image,
  command: ['inspect', 'serve'],
  capabilities: [],
  port: 80,
  publishedPort: 8081,
  answer: {status: 200, contains: 'plumbline inspector'},
};
