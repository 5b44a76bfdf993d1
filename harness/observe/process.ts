import {constants} from 'node:os';
import {statusOf} from './credentials.ts';
import type {FactValue} from './fact.ts';
import type {Observer} from './observer.ts';
import {rowsOf, wholeText} from './reading.ts';
import {shownValue} from './secret.ts';

/** How the workload's processes run, apart from what they may do. */
export const processes: Observer = {
  name: 'process',
  families: [
    {path: 'process.cwd', meaning: 'working directory', source: '`/proc/PID/cwd`'},
    {path: 'process.exe', meaning: 'program', source: '`/proc/PID/exe`'},
    {
      path: 'process.arguments',
      meaning: 'command line, as the program itself may have rewritten it',
      source: '`/proc/PID/cmdline`',
    },
    {
      path: 'process.environment.*',
      meaning: 'a variable; absent where the program wrote its title over them, as nginx does',
      source: '`/proc/PID/environ`',
    },
    {path: 'process.oomScoreAdj', meaning: 'bias of the out-of-memory killer', source: '`/proc/PID/oom_score_adj`'},
    {path: 'process.personality', meaning: 'execution domain', source: '`/proc/PID/personality`'},
    {path: 'process.nice', meaning: 'nice value', source: '`/proc/PID/stat`, field 19'},
    {
      path: 'process.scheduler',
      meaning: 'scheduling policy, a number of sched(7)',
      source: '`/proc/PID/stat`, field 41',
    },
    {path: 'process.signals.*', meaning: 'signals that are blocked, ignored or caught', source: '`/proc/PID/status`'},
    {path: 'process.cpus', meaning: 'processors it may run on', source: '`/proc/PID/status`'},
    {path: 'process.memoryNodes', meaning: 'memory nodes it may use', source: '`/proc/PID/status`'},
    {path: 'process.fds.*', meaning: 'what standard input, output and error lead to', source: '`/proc/PID/fd`'},
    {
      path: 'process.fds.others',
      meaning: 'what all other descriptors lead to, each kind with its number',
      source: '`/proc/PID/fd`',
    },
    {
      path: 'process.tree',
      meaning: 'processes in its pid namespace: name and user id',
      source: '`/proc/*/status`',
    },
  ],
  observe: (reading) => {
    const {normalise} = reading;
    const status = statusOf(reading);
    const links = new Map(rowsOf(reading, 'links').map(([name = '', target = '']) => [name, target]));
    const stat = wholeText(reading, 'stat')
      .replace(/^.*\) /s, '')
      .split(' '); // from field 3
    const facts: Record<string, FactValue> = {
      'process.cwd': links.get('cwd') ?? null,
      'process.exe': links.get('exe') ?? null,
      'process.arguments': normalise(wholeText(reading, 'cmdline').replaceAll('\0', ' ').trim()),
      'process.oomScoreAdj': Number(wholeText(reading, 'oom_score_adj')),
      'process.personality': wholeText(reading, 'personality').trim(),
      'process.nice': Number(stat[16]),
      'process.scheduler': Number(stat[38]),
      'process.signals.blocked': signalNames(status.get('SigBlk') ?? '0'),
      'process.signals.ignored': signalNames(status.get('SigIgn') ?? '0'),
      'process.signals.caught': signalNames(status.get('SigCgt') ?? '0'),
      'process.cpus': status.get('Cpus_allowed_list') ?? null,
      'process.memoryNodes': status.get('Mems_allowed_list') ?? null,
      'process.tree': counted(rowsOf(reading, 'processes inside').map(([name, , uid]) => `${name} uid ${uid}`)),
    };
    for (const variable of wholeText(reading, 'environ').split('\0')) {
      const [, name, value = ''] = /^([A-Za-z_]\w*)=(.*)$/s.exec(variable) ?? [];
      if (name !== undefined) {
        facts[`process.environment.${name}`] = normalise(shownValue(name, value));
      }
    }
    const fds = rowsOf(reading, 'fds').map(([fd = '', target = '']) => [fd, normalise(target)] as const);
    for (const [fd, target] of fds.filter(([number]) => Number(number) <= 2)) {
      facts[`process.fds.${fd}`] = target;
    }
    facts['process.fds.others'] = counted(fds.filter(([fd]) => Number(fd) > 2).map(([, target]) => target));
    return facts;
  },
};

/** Sorted, each with its number where it is there several times. */
export const counted = (items: readonly string[]): string[] => {
  const counts = new Map<string, number>();
  for (const item of items) {
    counts.set(item, (counts.get(item) ?? 0) + 1);
  }
  return [...counts].map(([item, count]) => (count === 1 ? item : `${count} x ${item}`)).toSorted();
};

const signalNames = (mask: string): string[] => {
  const bits = BigInt(`0x${mask}`);
  const names = new Map(Object.entries(constants.signals).map(([name, number]) => [number, name]));
  return Array.from({length: 64}, (_, bit) => bit)
    .filter((bit) => (bits >> BigInt(bit)) & 1n)
    .map((bit) => names.get(bit + 1) ?? `signal ${bit + 1}`);
};
