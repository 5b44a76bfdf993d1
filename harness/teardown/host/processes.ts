import {nameOf, parseProcesses} from '../parse/processes.ts';
import type {ProcessRecord} from '../parse/processes.ts';
import type {Thing} from '../thing.ts';
import {listProc, readProc} from './proc.ts';

/** What of the host's processes has to do with a run. */
export interface HostProcesses {
  /** Processes that carry the mark, as things. */
  readonly marked: readonly Thing[];
  /** Those, the tool and its descendants, by pid. */
  readonly related: ReadonlyMap<string, ProcessRecord>;
}

/**
 * Reads the processes of this host.
 * @param mark - `NAME=value` in the environment that a process was started with. A process of another user whose environment can't be
 * read does not count as marked.
 * @param tool - the process whose descendants are related to it, if one is.
 */
export const readHostProcesses = (mark: string, tool?: number): HostProcesses => {
  const processes = new Map(
    listProc('/proc')
      .filter((name) => /^\d+$/.test(name))
      .flatMap((pid) => {
        const process = readProcess(pid);
        return process ? [[pid, process] as const] : [];
      }),
  );
  const own = String(process.pid);
  const marked = new Map(
    [...processes].filter(([pid, {isKernelThread}]) => pid !== own && !isKernelThread && hasMark(pid, mark)),
  );
  const related = new Map(
    [...processes].filter(
      ([pid]) => marked.has(pid) || (tool !== undefined && hasAncestor(pid, String(tool), processes)),
    ),
  );
  return {related, marked: parseProcesses(processes).filter(({detail}) => marked.has(detail.split(' ')[1] ?? ''))};
};

/** Whether a process was started with this `NAME=value` in its environment; never, where that is another user's and can't be read. */
export const hasMark = (pid: string, mark: string): boolean =>
  `\0${readProc(`/proc/${pid}/environ`)}`.includes(`\0${mark}\0`);

const hasAncestor = (pid: string, ancestor: string, processes: ReadonlyMap<string, ProcessRecord>): boolean => {
  let current: string | undefined = pid;
  while (current !== undefined && current !== ancestor) {
    current = processes.get(current)?.parent;
  }
  return current === ancestor;
};

// Fields of proc_pid_stat(5); the name may contain anything, so the rest is counted from the last parenthesis.
const readProcess = (pid: string): ProcessRecord | undefined => {
  const stat = readProc(`/proc/${pid}/stat`);
  const end = stat.lastIndexOf(')');
  if (end === -1) {
    return undefined;
  }
  const comm = stat.slice(stat.indexOf('(') + 1, end);
  const [state = '', parent = '', , , , , flags, ...rest] = stat.slice(end + 2).split(' ');
  const command = readProc(`/proc/${pid}/cmdline`).replace(/\0+$/, '').replaceAll('\0', ' ');
  return {
    pid,
    parent,
    state,
    command,
    name: nameOf(comm, command),
    isKernelThread: (Number(flags) & PF_KTHREAD) !== 0,
    startTime: Number(rest[12]),
    cgroup: '',
    netns: '',
  };
};

const PF_KTHREAD = 0x00_20_00_00; // include/linux/sched.h
