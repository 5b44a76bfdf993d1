import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {mkdtempSync, rmSync} from 'node:fs';
import {createServer} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {parseHostMounts} from './host/mounts.ts';
import {takeHostInventory} from './host-inventory.ts';
import {compareInventories} from './residue.ts';

const marks = {
  runId: `test-${process.pid}`,
  names: [`test-${process.pid}`],
  tool: process.pid,
  folders: [join(tmpdir(), 'plumbline-test-absent')],
};

test('what nobody marked is not listed', () => {
  const {tool: _, ...ofNobody} = marks;
  expect(takeHostInventory(ofNobody).things).toEqual([]);
});

test('a host without anything of the run is clean', () => {
  expect(compareInventories(takeHostInventory(marks), takeHostInventory(marks))).toEqual({
    appeared: [],
    known: [],
    vanished: [],
  });
});

describe.runIf(process.platform === 'linux')('on Linux', () => {
  test('a process with the mark of the run is found, and one without it is not', async () => {
    const before = takeHostInventory(marks);
    const children = [marks.runId, 'another'].map((run) =>
      spawn('sleep', ['3217'], {env: {...process.env, PLUMBLINE_RUN: run}}),
    );
    await Promise.all(children.map((child) => once(child, 'spawn')));
    const {appeared} = compareInventories(before, takeHostInventory(marks));
    for (const child of children) {
      child.kill();
    }
    expect(appeared.map(({kind, identity}) => [kind, identity])).toEqual([['process', 'sleep 3217']]);
  });

  test('a listening socket of this process is found', async () => {
    const before = takeHostInventory(marks);
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const {appeared} = compareInventories(before, takeHostInventory(marks));
    const {port} = server.address() as {port: number};
    server.close();
    expect(appeared.map(({kind}) => kind)).toEqual(['listening socket']);
    expect(appeared[0]?.identity).toContain(`tcp 127.0.0.1:${port} of `);
  });

  test('a listening socket of a process that only looks on is not', async () => {
    const {tool: _, ...ofAnother} = marks;
    const before = takeHostInventory(ofAnother);
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const {appeared} = compareInventories(before, takeHostInventory(ofAnother));
    server.close();
    expect(appeared).toEqual([]);
  });
});

test('a folder of the run is found', () => {
  const folder = mkdtempSync(join(tmpdir(), 'plumbline-test-'));
  const {things} = takeHostInventory({...marks, folders: [folder]});
  rmSync(folder, {recursive: true});
  expect(things.map(({detail}) => detail)).toEqual([`folder "${folder}"`]);
});

test('mounts are picked by folder, namespaces by name', () => {
  const mountinfo = String.raw`22 1 254:0 / / rw shared:1 - ext4 /dev/vda rw
40 22 0:40 / /state/run-1/root rw - overlay overlay rw,lowerdir=/cache/a
41 22 0:41 / /mnt rw - overlay overlay rw,lowerdir=/cache/a,upperdir=/state/run-1/upper
42 22 0:4 net:[4026532475] /run/netns/run-1 rw - nsfs nsfs rw
43 22 0:4 net:[4026532476] /run/netns/other rw - nsfs nsfs rw
44 22 0:42 / /state/run-10/root rw - overlay overlay rw,lowerdir=/cache/a
45 22 254:0 /state/run-1/a\040b /srv rw - ext4 /dev/vda rw`;
  const things = parseHostMounts(mountinfo, {names: ['run-1'], folders: ['/state/run-1']});
  expect(things.map(({kind, identity}) => `${kind} ${identity}`)).toEqual([
    'network namespace /run/netns/run-1',
    'mount /state/run-1/root (overlay overlay /)',
    'mount /mnt (overlay overlay /)',
    'mount /srv (ext4 /dev/vda /state/run-1/a b)',
  ]);
});
