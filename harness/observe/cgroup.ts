import type {FactValue} from './fact.ts';
import type {Observer} from './observer.ts';
import {linesOf, rowsOf} from './reading.ts';

/** Where the workload is in the cgroup hierarchies and which limits hold there, in v1 and v2. */
export const cgroup: Observer = {
  name: 'cgroup',
  families: [
    {
      path: 'cgroup.path.*',
      meaning: 'path in the hierarchy of a controller (`unified` in v2)',
      source: '`/proc/PID/cgroup`',
    },
    {
      path: 'cgroup.*',
      meaning: 'content of the file of this name: limits as the kernel has them, `unlimited` where there is none',
      source: "the workload's folder in cgroupfs",
    },
  ],
  observe: (reading) => {
    const facts: Record<string, FactValue> = {};
    for (const line of linesOf(reading, 'cgroup')) {
      const [, controllers = '', ...path] = line.split(':');
      facts[`cgroup.path.${controllers || 'unified'}`] = reading.normalise(path.join(':'));
    }
    for (const [, file = '', content = ''] of rowsOf(reading, 'cgroup files')) {
      if (!COUNTS.has(file)) {
        facts[`cgroup.${file}`] = limitOf(file, content.trim());
      }
    }
    return facts;
  },
  measure: (reading) => {
    const files = new Map(rowsOf(reading, 'cgroup files').map(([, file = '', content = '']) => [file, content.trim()]));
    const memory = files.get('memory.current') ?? files.get('memory.usage_in_bytes');
    const pids = files.get('pids.current');
    return {
      ...(memory !== undefined && {'memory.cgroup': {value: Number(memory), unit: 'bytes'}}),
      ...(pids !== undefined && {'processes.cgroup': {value: Number(pids), unit: 'count'}}),
    };
  },
};

const COUNTS = new Set(['memory.current', 'memory.usage_in_bytes', 'pids.current']);

/** v1 has no word for unlimited: it has -1, or the largest multiple of a page that fits, which can be a huge one. */
const isUnlimited = (content: string): boolean =>
  content === 'max' || content === '-1' || (/^\d+$/.test(content) && BigInt(content) > LARGEST_LIMIT);

/** Nobody has so much of anything, and it is half of what fits. */
const LARGEST_LIMIT = 2n ** 62n;

const limitOf = (file: string, content: string): FactValue => {
  if (isUnlimited(content)) {
    return 'unlimited';
  }
  if (/^\d+$/.test(content)) {
    return Number(content);
  }
  // The rest of the file says how often it has happened.
  const lines = (file === 'memory.oom_control' ? content.replace(/\nunder_oom.*/s, '') : content).split('\n');
  return lines.length > 1 ? lines.toSorted() : (lines[0] ?? '');
};
