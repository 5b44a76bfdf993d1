import type {Measurement} from './fact.ts';
import type {Observer} from './observer.ts';
import {rowsOf} from './reading.ts';

/** Resident memory of the workload and of everything that runs for it. */
export const memory: Observer = {
  name: 'memory',
  families: [
    {
      path: 'memory.workload',
      meaning: 'resident memory of its processes, pages they share counted for each',
      source: '`/proc/*/status`',
    },
    {path: 'memory.shim', meaning: 'resident memory of its shim', source: '`/proc/*/status`'},
    {path: 'memory.dockerd', meaning: 'resident memory of dockerd', source: '`/proc/*/status`'},
    {path: 'memory.containerd', meaning: 'resident memory of containerd', source: '`/proc/*/status`'},
    {
      path: 'memory.docker-proxy',
      meaning: 'resident memory of the proxies of published ports',
      source: '`/proc/*/status`',
    },
    {
      path: 'memory.cgroup',
      meaning: "memory charged to the workload's cgroup",
      source: '`memory.current` or `memory.usage_in_bytes`',
    },
    {path: 'processes.cgroup', meaning: "processes in the workload's cgroup", source: '`pids.current`'},
    {
      path: 'firstByte.*',
      meaning: 'from the connection to the first byte of the answer, by route and vantage',
      source: 'the probes',
    },
  ],
  observe: () => ({}),
  measure: (reading) => {
    const sums: Record<string, Measurement> = {};
    const add = (name: string, kilobytes: string | undefined): void => {
      sums[name] = {value: (sums[name]?.value ?? 0) + Number(kilobytes) * 1024, unit: 'bytes'};
    };
    for (const [, rss] of rowsOf(reading, 'processes inside')) {
      add('memory.workload', rss);
    }
    for (const [name = '', rss] of rowsOf(reading, 'processes outside')) {
      add(`memory.${name}`, rss);
    }
    return sums;
  },
};
