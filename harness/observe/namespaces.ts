import type {FactValue} from './fact.ts';
import type {Observer} from './observer.ts';
import {linesOf, rowsOf, wholeText} from './reading.ts';

/** Which namespaces the workload has to itself. https://man7.org/linux/man-pages/man7/namespaces.7.html */
export const namespaces: Observer = {
  name: 'namespaces',
  families: [
    {
      path: 'namespaces.*',
      meaning: "`own`, or `shared` with the machine's init",
      source: '`/proc/PID/ns` against `/proc/1/ns`',
    },
    {path: 'process.uidMap', meaning: 'user ids inside, outside, number of them', source: '`/proc/PID/uid_map`'},
    {path: 'process.gidMap', meaning: 'group ids inside, outside, number of them', source: '`/proc/PID/gid_map`'},
    {path: 'process.setgroups', meaning: 'whether setgroups(2) is allowed', source: '`/proc/PID/setgroups`'},
    {path: 'process.timeOffsets', meaning: 'offsets of its clocks', source: '`/proc/PID/timens_offsets`'},
  ],
  observe: (reading) => {
    const facts: Record<string, FactValue> = {
      'process.uidMap': mapOf(linesOf(reading, 'uid_map')),
      'process.gidMap': mapOf(linesOf(reading, 'gid_map')),
      'process.setgroups': wholeText(reading, 'setgroups').trim(),
    };
    const offsets = mapOf(linesOf(reading, 'timens_offsets'));
    if (offsets.length > 0) {
      facts['process.timeOffsets'] = offsets;
    }
    for (const [name = '', own, ofMachine] of rowsOf(reading, 'namespaces')) {
      facts[`namespaces.${name}`] = own === ofMachine ? 'shared' : 'own';
    }
    return facts;
  },
};

const mapOf = (lines: readonly string[]): string[] => lines.map((line) => line.trim().replaceAll(/\s+/g, ' '));
