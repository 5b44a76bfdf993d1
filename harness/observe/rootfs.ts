import type {FactValue} from './fact.ts';
import type {Observer} from './observer.ts';
import {problemOf, rowsOf} from './reading.ts';

/** What the workload finds in its root file system beside the image, and what was written to it. */
export const rootfs: Observer = {
  name: 'root file system',
  families: [
    {
      path: 'rootfs.top.*',
      meaning: 'an entry of the root directory: type, mode and owner, or where a link leads',
      source: '`/proc/PID/root`',
    },
    {
      path: 'rootfs.written',
      meaning: 'files and folders that were made or changed since the image, by the runtime or by the workload',
      source: 'the upper layer of its overlay; without one, what is newer in the root than `config.json`',
    },
  ],
  observe: (reading) => {
    const facts: Record<string, FactValue> = {
      'rootfs.written':
        problemOf(reading, 'written') === undefined
          ? rowsOf(reading, 'written')
              .map(([path = '', type = '']) => reading.normalise(`${path}${SUFFIXES[type] ?? ''}`))
              .toSorted()
          : 'unread',
    };
    for (const [path = '', type = '', target = '', uid = '', gid = ''] of rowsOf(reading, 'root entries')) {
      facts[`rootfs.top.${path}`] =
        type === 'link' ? `-> ${reading.normalise(target)}` : `${type} ${target} ${uid}:${gid}`;
    }
    return facts;
  },
};

/** Of types as find(1) prints them. A character device in an upper layer stands for what was removed. */
const SUFFIXES: Readonly<Record<string, string>> = {d: '/', l: '@', c: ' (character device)'};
