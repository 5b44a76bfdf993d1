import type {FactValue} from './fact.ts';
import {mountOf, parseMounts} from './mount-table.ts';
import type {Observer} from './observer.ts';
import {linesOf, rowsOf} from './reading.ts';

/** Files of the kernel as the workload sees them: those that runtimes mask or make read-only. */
export const sensitivePaths: Observer = {
  name: 'sensitive paths',
  families: [
    {
      path: 'paths.*',
      meaning: '`hidden` under an empty folder or /dev/null, `read-only`, `writable`, or `absent` on this kernel',
      source: 'the path under `/proc/PID/root`, and `/proc/PID/mountinfo`',
    },
  ],
  observe: (reading) => {
    const mounts = parseMounts(linesOf(reading, 'mountinfo'));
    const facts: Record<string, FactValue> = {};
    for (const [path = '', type = ''] of rowsOf(reading, 'sensitive')) {
      const mount = mountOf(mounts, path);
      const isMasked = type === 'null' || (type === 'empty' && mount?.point === path && mount.type === 'tmpfs');
      facts[`paths.${reading.normalise(path)}`] =
        type === 'absent' ? 'absent' : isMasked ? 'hidden' : mount?.options.includes('ro') ? 'read-only' : 'writable';
    }
    return facts;
  },
};
