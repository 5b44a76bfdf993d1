import {describe, expect, test} from 'vitest';
import {nameOf, parseProcesses, parseProcessRecords, parseSockets, socketAddress} from './processes.ts';
import {parseSections} from './sections.ts';

const sections = (...lines: string[]) => parseSections(lines.join('\u001E').replaceAll('|', '\u001F'));

test.each([
  ['0100007F:1F90', '127.0.0.1:8080'],
  ['00000000:0050', '0.0.0.0:80'],
  ['00000000000000000000000000000000:1F90', '[::]:8080'],
  ['0000000000000000FFFF00000100007F:0035', '[::ffff:7f00:1]:53'],
  ['000080FE00000000FF57A6705DC771FE:0050', '[fe80::70a6:57ff:fe71:c75d]:80'],
])('%s of /proc/net/tcp is %s', (text, address) => {
  expect(socketAddress(text)).toBe(address);
});

test.each([
  ['containerd-shim', '/usr/bin/containerd-shim-runc-v2 -id c1', 'containerd-shim-runc-v2'],
  ['runc:[2:INIT]', 'runc init', 'runc'],
  ['nginx', 'nginx: worker process', 'nginx'],
  ['kworker/0:1', '', 'kworker/0:1'],
  ['sh', '-sh', 'sh'],
])('a process called %s with command "%s" is %s', (comm, command, name) => {
  expect(nameOf(comm, command)).toBe(name);
});

describe('processes', () => {
  const processes = parseProcessRecords(
    sections(
      'processes|',
      '1|0|S|0|1|/||tini|tini -- sh',
      '9|1|S|0|40|/||dockerd|dockerd --debug',
      '20|9|S|0|50|/||docker-proxy|/usr/bin/docker-proxy -host-port 80',
      '31|1|S|0|60|/default/c1|net:[5]|sleep|sleep 5',
      '30|1|S|0|70|/default/c1|net:[5]|sleep|sleep 5',
      '40|1|Z|0|80|/||true|',
      '41|2|I|1|3|||kworker/0:0|',
    ),
  );

  test('are ordered by start and owned by their parent, their cgroup or themselves', () => {
    expect(parseProcesses(processes).map(({identity, owner, detail}) => [identity, owner, detail])).toEqual([
      ['tini -- sh', 'tini', 'process 1 "tini -- sh"'],
      ['kernel thread kworker/0:0', 'kernel', 'process 41 "kworker/0:0"'],
      ['dockerd --debug', 'dockerd', 'process 9 "dockerd --debug"'],
      ['/usr/bin/docker-proxy -host-port 80', 'dockerd', 'process 20 "/usr/bin/docker-proxy -host-port 80"'],
      ['sleep 5', 'containerd (namespace default)', 'process 31 "sleep 5"'],
      ['sleep 5', 'containerd (namespace default)', 'process 30 "sleep 5"'],
      ['zombie true', 'true', 'process 40 "true" (zombie)'],
    ]);
  });

  test('own their sockets', () => {
    const sockets = parseSockets(
      sections('sockets|', 'tcp|00000000:0050|20', 'unix|/run/docker.sock|9', 'udp|0100007F:0035|'),
      processes,
    );
    expect(sockets.map(({identity}) => identity)).toEqual([
      'tcp 0.0.0.0:80 of docker-proxy',
      'unix /run/docker.sock of dockerd',
      'udp 127.0.0.1:53 of kernel',
    ]);
  });
});
