import type {FactValue} from './fact.ts';
import type {Observer} from './observer.ts';
import {rowsOf} from './reading.ts';

/** What is in the workload's /dev. */
export const devices: Observer = {
  name: 'devices',
  families: [
    {
      path: 'devices.*',
      meaning: 'type, numbers, mode and owner of a device, or where a link leads',
      source: '`/proc/PID/root/dev`',
    },
  ],
  observe: (reading) => {
    const facts: Record<string, FactValue> = {};
    for (const [path = '', type = '', target = '', mode = '', uid = '', gid = ''] of rowsOf(reading, 'devices')) {
      const numbers = type === 'c' || type === 'b' ? ` ${target}` : '';
      facts[`devices.${path}`] =
        type === 'link' ? `-> ${reading.normalise(target)}` : `${type}${numbers} ${mode} ${uid}:${gid}`;
    }
    return facts;
  },
};
