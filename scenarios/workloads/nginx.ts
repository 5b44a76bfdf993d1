import type {Workload} from '../../harness/scenario/workload.ts';

const applets =
  'cat chmod chown cp cut date dd df du echo env false find grep head hostname id ip kill ln ls mkdir more mount mv nc netstat nslookup ping ps pwd readlink rm rmdir sed sh sleep sort stat tail tar test top touch tr true umount uname vi wc wget which whoami xargs'.split(
    ' ',
  );

/** Debian 12's packages, run the way the official image runs it: https://github.com/nginx/docker-nginx */
const image: Workload['image'] = {
  name: 'docker.io/library/nginx:latest',
  suite: {name: 'bookworm', mirror: 'http://deb.debian.org/debian'},
  packages: ['busybox-static', 'libc6', 'libcrypt1', 'libpcre2-8-0', 'libssl3', 'nginx', 'nginx-common', 'zlib1g'],
  exclude: [
    '/etc/init.d',
    '/etc/logrotate.d',
    '/etc/ufw',
    '/etc/default',
    '/etc/nginx/sites-available',
    '/etc/nginx/sites-enabled',
    '/etc/nginx/snippets',
    '/lib/systemd',
    '/usr/lib/systemd',
    // Character sets that nginx never converts to, 8 MB.
    '/usr/lib/*/gconv',
    '/usr/share/apport',
    '/usr/share/bug',
    '/usr/share/initramfs-tools',
    '/usr/share/doc',
    '/usr/share/lintian',
    '/usr/share/man',
    '/usr/share/vim',
  ],
  folders: [
    {path: '/dev', mode: 0o755},
    {path: '/proc', mode: 0o755},
    {path: '/root', mode: 0o700},
    {path: '/run', mode: 0o755},
    {path: '/sys', mode: 0o755},
    {path: '/tmp', mode: 0o1777},
    {path: '/var/lib/nginx', mode: 0o755},
    {path: '/var/log/nginx', mode: 0o755},
    {path: '/var/tmp', mode: 0o1777},
  ],
  files: [
    {
      path: '/etc/nginx/nginx.conf',
      content: `user www-data;
worker_processes auto;
error_log /var/log/nginx/error.log notice;
pid /run/nginx.pid;

events {
    worker_connections 1024;
}

http {
    include /etc/nginx/mime.types;
    default_type application/octet-stream;
    access_log /var/log/nginx/access.log combined;
    sendfile on;
    keepalive_timeout 65;
    include /etc/nginx/conf.d/*.conf;
}
`,
    },
    {
      path: '/etc/nginx/conf.d/default.conf',
      content: `server {
    listen 80;
    server_name localhost;

    location / {
        root /usr/share/nginx/html;
        index index.html index.htm;
    }
}
`,
    },
    {path: '/etc/nsswitch.conf', content: 'passwd: files\ngroup: files\nhosts: files dns\n'},
  ],
  symlinks: [
    ...applets.map((name) => ({path: `/bin/${name}`, target: 'busybox'})),
    {path: '/var/log/nginx/access.log', target: '/dev/stdout'},
    {path: '/var/log/nginx/error.log', target: '/dev/stderr'},
    {path: '/var/run', target: '/run'},
  ],
  users: [
    {name: 'root', uid: 0, gid: 0, home: '/root', shell: '/bin/sh'},
    {name: 'www-data', uid: 33, gid: 33, home: '/var/www', shell: '/usr/sbin/nologin'},
    {name: 'nobody', uid: 65534, gid: 65534, home: '/nonexistent', shell: '/usr/sbin/nologin'},
  ],
  groups: [
    {name: 'root', gid: 0},
    {name: 'www-data', gid: 33},
    {name: 'nogroup', gid: 65534},
  ],
  config: {
    Cmd: ['nginx', '-g', 'daemon off;'],
    Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
    ExposedPorts: ['80/tcp'],
    StopSignal: 'SIGQUIT',
  },
};

/** A web server that shows its welcome page. */
export const nginx: Workload = {
  name: 'nginx',
  image,
  command: ['nginx', '-g', 'daemon off;'],
  // The master binds port 80 and hands its work to processes of www-data, which own the folders of their temporary files.
  capabilities: ['CAP_CHOWN', 'CAP_DAC_OVERRIDE', 'CAP_NET_BIND_SERVICE', 'CAP_SETGID', 'CAP_SETUID'],
  port: 80,
  publishedPort: 8080,
  workers: 'nginx: worker process',
  answer: {status: 200, contains: 'Welcome to nginx!'},
};
