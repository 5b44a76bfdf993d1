import {statusOf} from './credentials.ts';
import type {FactValue} from './fact.ts';
import {signalNames} from './kept-attributes.ts';
import type {Observer} from './observer.ts';
import {rowsOf, wholeText} from './reading.ts';
import {shownValue} from '../../vms/secret.ts';

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
    {path: 'process.signals.*', meaning: 'signals that are blocked, ignored or caught', source: '`/proc/PID/status`'},
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
    const facts: Record<string, FactValue> = {
      'process.cwd': links.get('cwd') ?? null,
      'process.exe': links.get('exe') ?? null,
      'process.arguments': normalise(wholeText(reading, 'cmdline').replaceAll('\0', ' ').trim()),
      'process.signals.caught': signalNames(status.get('SigCgt') ?? '0'),
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
