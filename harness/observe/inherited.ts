import {statusOf} from './credentials.ts';
import type {FactValue} from './fact.ts';
import {namesOf} from './normaliser.ts';
import type {Observer} from './observer.ts';
import {rowsOf, wholeText, type Reading} from './reading.ts';

/** What a process has from whoever started it, without the OCI spec having a word for it: a runtime passes it on, or does not. */
export const inherited: Observer = {
  name: 'inherited',
  families: [
    {
      path: 'process.root',
      meaning: 'root directory as the machine sees it: `/` after pivot_root(2), a path after chroot(2)',
      source: '`/proc/PID/root`',
    },
    {path: 'process.session', meaning: '`leads its own`, or `of another process`', source: '`/proc/PID/status`, NSsid'},
    {
      path: 'process.terminal',
      meaning: 'device number of the controlling terminal, 0 without one',
      source: '`/proc/PID/stat`, field 7',
    },
    {
      path: 'process.keyring',
      meaning: "whether there is a session keyring of the container's name",
      source: '`/proc/keys` of the machine',
    },
    {path: 'process.loginUid', meaning: 'audit login user id, `unset` as a rule', source: '`/proc/PID/loginuid`'},
    {
      path: 'process.coredumpFilter',
      meaning: 'kinds of memory in a core dump, a bit mask of core(5)',
      source: '`/proc/PID/coredump_filter`',
    },
    {
      path: 'process.timerSlack',
      meaning: 'nanoseconds that timers may be late',
      source: '`/proc/PID/timerslack_ns`',
    },
    {
      path: 'process.hugePages',
      meaning: 'whether transparent huge pages are on for it',
      source: '`/proc/PID/status`, THP_enabled',
    },
    {
      path: 'process.realtimePriority',
      meaning: 'priority among real-time processes',
      source: '`/proc/PID/stat`, field 40',
    },
    {path: 'process.ioPriority', meaning: 'class and level of ioprio_set(2)', source: 'ioprio_get(2)'},
  ],
  observe: (reading) => {
    const status = statusOf(reading);
    const stat = wholeText(reading, 'stat')
      .replace(/^.*\) /s, '')
      .split(' '); // from field 3
    const root = rowsOf(reading, 'links').find(([name]) => name === 'root')?.[1];
    const facts: Record<string, FactValue> = {
      'process.root': root === undefined ? null : reading.normalise(root),
      'process.session':
        lastOf(status.get('NSsid')) === lastOf(status.get('NSpid')) ? 'leads its own' : 'of another process',
      'process.terminal': Number(stat[4]),
      'process.keyring': keyringOf(reading),
      'process.realtimePriority': Number(stat[37]),
    };
    const texts: Readonly<Record<string, string | undefined>> = {
      // -1 as an unsigned number; https://man7.org/linux/man-pages/man5/proc_pid_loginuid.5.html
      'process.loginUid': wholeText(reading, 'loginuid').trim().replace('4294967295', 'unset'),
      'process.coredumpFilter': wholeText(reading, 'coredump_filter').trim(),
      'process.timerSlack': wholeText(reading, 'timerslack_ns').trim(),
      'process.hugePages': status.get('THP_enabled') === '0' ? 'off' : 'on',
      'process.ioPriority': ioPriorityOf(wholeText(reading, 'io priority').trim()),
    };
    for (const [path, text] of Object.entries(texts)) {
      if (text !== undefined && text !== '') {
        facts[path] = text;
      }
    }
    return facts;
  },
};

/** The innermost of the numbers that a process has in nested namespaces. */
const lastOf = (numbers: string | undefined): string | undefined => numbers?.split(/\s+/).at(-1);

/**
 * runc calls it `_ses.` and the container's id: https://github.com/opencontainers/runc/blob/main/libcontainer/standard_init_linux.go
 * The machine lists what its kernel has, which in a sandbox is that of the host: only the very id counts.
 */
const keyringOf = (reading: Reading): string => {
  const {id} = namesOf(reading.context.running, '');
  return rowsOf(reading, 'keys').some(([line = '']) => line.split(/\s+/).includes(`_ses.${id}:`)) ? 'own' : 'none seen';
};

const IO_CLASSES = ['none', 'realtime', 'best-effort', 'idle'];

/** Class in the upper bits, level in the lower three: https://man7.org/linux/man-pages/man2/ioprio_set.2.html */
const ioPriorityOf = (text: string): string | undefined => {
  const value = Number(text);
  return text === '' || value < 0 ? undefined : `${IO_CLASSES[value >> 13] ?? value >> 13} ${value & 7}`;
};
