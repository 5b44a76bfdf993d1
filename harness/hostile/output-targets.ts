import {readFile, readdir} from 'node:fs/promises';
import {firstAddress, parseTasks} from '../levels/ctr.ts';
import {parseState} from '../levels/runc.ts';
import {capturedReading} from '../observe/captured-reading.ts';
import {observationOf} from '../observe/observe-cell.ts';
import {printable} from '../report/terminal/printable.ts';
import {compareInventories} from '../teardown/residue.ts';
import {parseInventory} from '../teardown/inventory.ts';
import {parseSample} from '../upgrade/prober.ts';
import {parseProcess} from '../upgrade/workload-state.ts';
import type {Target} from './target.ts';

/** What programs in a machine print: a faulty runtime, a workload, or a machine that dies half-way prints anything. */
export const outputTargets: readonly Target[] = [
  {
    name: 'the inventory of a machine',
    seeds: async () => captured('../teardown/captured'),
    read: (input) => compareInventories(parseInventory(''), parseInventory(input)),
  },
  ...(['docker-published', 'runc-netns'] as const).map((cell) => ({
    name: `what observers read at ${cell}`,
    seeds: async () => [await readFile(new URL(`../observe/captured/bookworm-${cell}.txt`, import.meta.url), 'utf8')],
    read: async (input: string) => observationOf(await capturedReading(cell, () => input)),
  })),
  {
    name: 'the table of ctr',
    seeds: async () => ['TASK    PID    STATUS    \nnginx   4711   RUNNING\n'],
    read: parseTasks,
  },
  {
    name: 'the state of an OCI runtime',
    seeds: async () => [JSON.stringify({ociVersion: '1.2.0', id: 'nginx', pid: 4711, status: 'running', bundle: '/b'})],
    read: parseState,
  },
  {
    name: 'the addresses of ip',
    seeds: async () => ['[{},{"ifname":"eth0","addr_info":[{"family":"inet","local":"10.88.0.2","prefixlen":16}]}]'],
    read: firstAddress,
  },
  {
    name: '/proc/PID/stat',
    seeds: async () => [`4711 (nginx: master) S 1 ${'0 '.repeat(40)}\n/usr/sbin/nginx\n`],
    read: parseProcess,
  },
  {name: 'a line of the prober', seeds: async () => ['docker\t1700000000000\t3\tok\t'], read: parseSample},
  {
    name: 'a line of a log',
    seeds: async () => ['2026/11/23 16:05:12 [notice] 1#1: start worker processes'],
    read: onTerminal,
  },
];

const captured = async (folder: string): Promise<string[]> => {
  const url = new URL(`${folder}/`, import.meta.url);
  return Promise.all((await readdir(url)).map(async (file) => readFile(new URL(file, url), 'utf8')));
};

function onTerminal(input: string): void {
  const shown = printable(input);
  if (/[\p{Cc}\p{Cf}]/v.test(shown) || shown.length > 1000) {
    throw new Error(`would be shown as ${JSON.stringify(shown)}`);
  }
}
