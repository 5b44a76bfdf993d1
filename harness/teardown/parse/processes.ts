import {containerd, ownerOfCgroup} from '../owners.ts';
import type {Thing} from '../thing.ts';
import {recordsOf} from './sections.ts';
import type {Sections} from './sections.ts';

/** A process as the inventory script prints it. */
export interface ProcessRecord {
  readonly pid: string;
  readonly parent: string;
  readonly state: string;
  readonly isKernelThread: boolean;
  /** Clock ticks since boot. */
  readonly startTime: number;
  readonly cgroup: string;
  /** `net:[inode]` of its network namespace; empty for the machine's own. */
  readonly netns: string;
  readonly name: string;
  readonly command: string;
}

/** Processes by pid. */
export const parseProcessRecords = (sections: Sections): ReadonlyMap<string, ProcessRecord> =>
  new Map(
    recordsOf(sections, 'processes').map((fields) => {
      const [pid = '', parent = '', state = '', kernel, startTime, cgroup = '', netns = '', comm = '', command = ''] =
        fields;
      const facts = {pid, parent, state, cgroup, netns, command, name: nameOf(comm, command)};
      return [pid, {...facts, isKernelThread: kernel === '1', startTime: Number(startTime)}];
    }),
  );

/**
 * What a person calls a process. The kernel cuts its name to 15 bytes and some programs write more than a name into it
 * (`runc:[2:INIT]`), where the command has the whole name; others write something else into their command, as nginx does.
 */
export const nameOf = (comm: string, command: string): string => {
  const called = /^\S*?([^/\s:]+)(?=[\s:]|$)/.exec(command)?.[1] ?? '';
  return called !== '' && (called.startsWith(comm) || comm.startsWith(`${called}:`)) ? called : comm;
};

/**
 * Processes as things. Their identity is the command, not the pid: two processes with the same command are interchangeable for a
 * person, and a daemon that was restarted is not residue.
 */
export const parseProcesses = (processes: ReadonlyMap<string, ProcessRecord>): Thing[] =>
  [...processes.values()]
    .sort((one, other) => one.startTime - other.startTime || Number(one.pid) - Number(other.pid))
    .map((process) => ({
      kind: 'process',
      identity: identityOf(process),
      owner: ownerOf(process, processes),
      detail: `process ${process.pid} "${process.command || process.name}"${process.state === 'Z' ? ' (zombie)' : ''}`,
      source: 'processes',
    }));

const identityOf = ({isKernelThread, state, name, command}: ProcessRecord): string => {
  if (isKernelThread) {
    return `kernel thread ${name}`;
  }
  return state === 'Z' ? `zombie ${name}` : command || name;
};

const ownerOf = (process: ProcessRecord, processes: ReadonlyMap<string, ProcessRecord>): string => {
  if (process.isKernelThread) {
    return 'kernel';
  }
  // A shim detaches itself from containerd, which started it; its command says for whom.
  const shim = /^\S*containerd-shim\S* .*-namespace (\S+)/.exec(process.command);
  if (shim) {
    return containerd(shim[1] ?? '');
  }
  const parent = processes.get(process.parent);
  return parent && parent.pid !== '1' ? parent.name : (ownerOfCgroup(process.cgroup) ?? process.name);
};

/** Listening sockets of the machine's own network namespace. */
export const parseSockets = (sections: Sections, processes: ReadonlyMap<string, ProcessRecord>): Thing[] =>
  recordsOf(sections, 'sockets').map(([protocol = '', local = '', pid = '']) => {
    const address = protocol === 'unix' ? local : socketAddress(local);
    const owner = processes.get(pid)?.name ?? 'kernel';
    return {
      kind: 'listening socket',
      identity: `${protocol} ${address} of ${owner}`,
      owner,
      detail: `listening socket "${protocol} ${address}"${pid && ` of process ${pid}`}`,
      source: 'sockets',
    };
  });

/**
 * Reads an address of /proc/net/tcp: `0100007F:1F90` is 127.0.0.1:8080. Each group of eight digits is a word in the byte order of
 * the processor, little-endian on everything this tool runs on; see proc_pid_net(5).
 */
export const socketAddress = (text: string): string => {
  const [words = '', port = ''] = text.split(':');
  const bytes = (words.match(/.{8}/g) ?? []).flatMap((word) => (word.match(/../g) ?? []).toReversed());
  const host =
    bytes.length === 4
      ? bytes.map((byte) => Number.parseInt(byte, 16)).join('.')
      : new URL(`http://[${(bytes.join('').match(/.{4}/g) ?? []).join(':')}]`).hostname;
  return `${host}:${Number.parseInt(port, 16)}`;
};
