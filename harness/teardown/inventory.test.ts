import {readFile} from 'node:fs/promises';
import {describe, expect, test} from 'vitest';
import {parseInventory} from './inventory.ts';
import {compareInventories} from './residue.ts';
import {keyOf} from './thing.ts';
import type {Inventory} from './thing.ts';

/**
 * Output of the script in real machines: `before` with daemons that have run nothing; `full` with a container of each level, a
 * namespace, a veth pair, an nft table and a lease; `clean` after all of it was removed by its own commands.
 */
const captured = async (set: string, moment: 'before' | 'full' | 'clean'): Promise<Inventory> =>
  parseInventory(await readFile(new URL(`captured/${set}-${moment}.txt`, import.meta.url), 'utf8'));

describe.each(['bookworm', 'forky'])('inventory of %s', (set) => {
  test('every section could be read', async () => {
    expect((await captured(set, 'full')).unread).toEqual(new Map());
  });

  test('no two things have the same identity', async () => {
    const {things} = await captured(set, 'full');
    expect(new Set(things.map(keyOf)).size).toBe(things.length);
  });

  test('one of each kind is in a machine that runs all levels', async () => {
    const {things} = await captured(set, 'full');
    const kinds = [...new Set(things.map(({kind}) => kind))].toSorted();
    expect(kinds).toEqual([
      'address',
      'cgroup',
      'containerd container',
      'containerd content',
      'containerd image',
      'containerd lease',
      'containerd namespace',
      'containerd snapshot',
      'containerd task',
      'docker container',
      'docker image',
      'docker network',
      'file',
      'firewall rule',
      'link',
      'listening socket',
      'mount',
      'mount options',
      'network namespace',
      'process',
      'route',
      'routing rule',
      'runc container',
      'sysctl',
    ]);
  });

  test('what was running is residue, with its owners', async () => {
    const {appeared, vanished} = compareInventories(await captured(set, 'before'), await captured(set, 'full'));
    expect(vanished).toEqual([]);
    const sentences = appeared.map(({sentence}) =>
      sentence.replaceAll(/\b\d{3}\b/g, 'N').replaceAll(/[0-9a-f]{64}/g, 'ID'),
    );
    expect(sentences).toEqual(
      expect.arrayContaining([
        'process N "/bin/pause" (started by containerd-shim-runc-v2), left running',
        'process N "/usr/bin/containerd-shim-runc-v2 -namespace default -id c1 -address /run/containerd/containerd.sock" (started by containerd (namespace default)), left running',
        'process N "runc init", left running',
        'network namespace "foo" at /run/netns/foo (of ip netns), left behind',
        'link "v0 veth" (of ip), left behind',
        'firewall rule "table inet mine" (of nft), left behind',
        'docker container "d1", running (of dockerd), left behind',
        'containerd task "c1" (of containerd (namespace default)), left behind',
        'runc container "r1" of root /run/runc, process N (of runc), left behind',
        'cgroup "/docker/ID" of blkio, cpu, cpuacct, cpuset, devices, freezer, memory, pids, systemd, unified (of dockerd), left behind',
        'mount "/run/containerd/io.containerd.runtime.v2.task/default/c1/rootfs" of type overlay (of containerd (namespace default)), left mounted',
        'folder "/tmp/b", left behind',
      ]),
    );
  });

  test('nothing is residue after all was removed', async () => {
    expect(compareInventories(await captured(set, 'before'), await captured(set, 'clean'))).toEqual({
      appeared: [],
      known: [],
      vanished: [],
    });
  });

  test('what was removed since has vanished', async () => {
    const {appeared, vanished} = compareInventories(await captured(set, 'full'), await captured(set, 'clean'));
    expect(appeared).toEqual([]);
    expect(vanished.map(({sentence}) => sentence)).toContain('docker container "d1", running (of dockerd), gone');
  });
});
