import {statusOf} from './credentials.ts';
import {keptAttributes} from './kept-attributes.ts';
import {namesOf} from './normaliser.ts';
import type {Observer} from './observer.ts';
import {problemOf, rowsOf, wholeText, type Reading} from './reading.ts';

/** What a process has from whoever started it, most of it without a word in the OCI spec: a runtime passes it on, or does not. */
export const inherited: Observer = {
  name: 'inherited',
  families: [
    {
      path: 'process.root',
      meaning: 'root directory as the machine sees it: `/` after pivot_root(2), a path after chroot(2)',
      source: '`/proc/PID/root`',
    },
    {
      path: 'process.rootCovers',
      meaning: 'what whoever may unmount the root would find beneath it: nothing after pivot_root(2)',
      source: '`/proc/PID/ns/mnt`, in a copy of its mounts',
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
    {path: 'process.oomScoreAdj', meaning: 'bias of the out-of-memory killer', source: '`/proc/PID/oom_score_adj`'},
    {path: 'process.personality', meaning: 'execution domain', source: '`/proc/PID/personality`'},
    {path: 'process.nice', meaning: 'nice value', source: '`/proc/PID/stat`, field 19'},
    {
      path: 'process.scheduler',
      meaning: 'scheduling policy, a number of sched(7)',
      source: '`/proc/PID/stat`, field 41',
    },
    {path: 'process.cpus', meaning: 'processors it may run on', source: '`/proc/PID/status`'},
    {path: 'process.memoryNodes', meaning: 'memory nodes it may use', source: '`/proc/PID/status`'},
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
    const root = rowsOf(reading, 'links').find(([name]) => name === 'root')?.[1];
    const ioPriority = ioPriorityOf(wholeText(reading, 'io priority').trim());
    return {
      ...keptAttributes((file) => wholeText(reading, file)),
      'process.root': root === undefined ? null : reading.normalise(root),
      'process.rootCovers': problemOf(reading, 'beneath') ?? wholeText(reading, 'beneath'),
      'process.session':
        lastOf(status.get('NSsid')) === lastOf(status.get('NSpid')) ? 'leads its own' : 'of another process',
      'process.keyring': keyringOf(reading),
      ...(ioPriority !== undefined && {'process.ioPriority': ioPriority}),
    };
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
