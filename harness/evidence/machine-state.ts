import {readFile} from 'node:fs/promises';
import {MachineError} from '../../vms/errors.ts';
import type {Machine} from '../../vms/machine.ts';
import {socketAddress} from '../teardown/parse/processes.ts';
import {parseSections, recordsOf, textOf, type Sections} from '../teardown/parse/sections.ts';
import {execOrGiveUp} from './exec-or-give-up.ts';
import {parseCountedRules, type CountedRule} from './firewall-counters.ts';

/** A process of a machine. */
export interface StateProcess {
  readonly pid: number;
  readonly parent: number;
  /** One letter of proc_pid_stat(5): `S` sleeps, `T` is stopped, `Z` is a zombie. */
  readonly state: string;
  readonly name: string;
  readonly command: string;
  /** Inode of its network namespace. */
  readonly netns: string;
}

/** A TCP socket. */
export interface StateSocket {
  /** Inode of its network namespace. */
  readonly netns: string;
  /** Such as `0.0.0.0`. */
  readonly address: string;
  readonly port: number;
  readonly isListening: boolean;
  /** For a listener: connections that nobody has accepted. */
  readonly waiting: number;
  /** The process that holds it, the first one of several. */
  readonly holder: StateProcess | undefined;
}

/** A mounted file system, sizes in KiB. */
export interface StateFileSystem {
  /** Such as `ext4`. */
  readonly type: string;
  readonly mountPoint: string;
  readonly sizeKiB: number;
  readonly freeKiB: number;
  readonly inodes: number;
  readonly freeInodes: number;
}

/** A link in a network namespace. */
export interface StateLink {
  readonly name: string;
  readonly isUp: boolean;
  readonly addresses: readonly string[];
}

/** What a machine was like at one moment, as far as causes are looked for in it; `sections` has the rest. */
export interface MachineState {
  readonly sections: Sections;
  readonly processes: ReadonlyMap<number, StateProcess>;
  readonly sockets: readonly StateSocket[];
  readonly fileSystems: readonly StateFileSystem[];
  /** Links by the inode of their network namespace. */
  readonly links: ReadonlyMap<string, readonly StateLink[]>;
  /** Network namespaces with a name, by it. */
  readonly namedNetns: ReadonlyMap<string, string>;
  /** Inode of the machine's own network namespace. */
  readonly ownNetns: string;
  readonly iptables: readonly CountedRule[];
  readonly sysctls: ReadonlyMap<string, string>;
}

/** For the command itself to start and to end. */
const GRACE_S = 0.5;

/**
 * Reads the state of a machine with one command in it, natively in about half a second. `pid` is the workload's init, 0 when there is none;
 * `deadlineS` is how many seconds each thing that could hang is given on a machine of slowness 1.
 * Throws {@link MachineError} when the machine does not do it in time.
 */
export const readMachineState = async (machine: Machine, pid: number, deadlineS: number): Promise<MachineState> => {
  const seconds = Math.ceil(deadlineS * machine.traits.slowness);
  const argv = ['perl', '-', String(seconds), String(pid)];
  const result = await execOrGiveUp(machine, argv, {
    input: await guestScript(),
    timeoutMs: (seconds + GRACE_S * machine.traits.slowness) * 1000,
  });
  if (result === undefined) {
    throw new MachineError(`Cannot read the state of "${machine.reference.id}": the command can not be ended`);
  }
  const {exitCode, stdout, stderr} = result;
  if (exitCode !== 0) {
    throw new MachineError(`Cannot read the state of "${machine.reference.id}": ${stderr.trim().slice(-300)}`);
  }
  return parseMachineState(stdout);
};

/** Reads what the guest script printed. */
export const parseMachineState = (output: string): MachineState => {
  const sections = parseSections(output);
  const processes = parseProcesses(sections);
  const netns = recordsOf(sections, 'netns');
  const ownNetns = netns[0]?.[0] ?? '';
  const links = new Map([[ownNetns, parseLinks(textOf(sections, 'addresses'))]]);
  for (const [inode = ''] of netns.slice(1)) {
    links.set(inode, parseLinks(textOf(sections, `addresses ${inode}`)));
  }
  return {
    sections,
    processes,
    sockets: parseTcpSockets(sections, processes),
    fileSystems: parseFileSystems(textOf(sections, 'filesystems')),
    links,
    namedNetns: new Map(netns.flatMap(([inode = '', , name = '']) => (name === '' ? [] : [[name, inode] as const]))),
    ownNetns,
    iptables: parseCountedRules(textOf(sections, 'iptables')),
    sysctls: new Map(recordsOf(sections, 'sysctls').map(([name = '', value = '']) => [name, value])),
  };
};

const parseProcesses = (sections: Sections): ReadonlyMap<number, StateProcess> =>
  new Map(
    recordsOf(sections, 'processes').map(([pid, parent, state = '', name = '', command = '', netns = '']) => [
      Number(pid),
      {pid: Number(pid), parent: Number(parent), state, name, command, netns},
    ]),
  );

const LISTEN = '0A'; // TCP_LISTEN, include/net/tcp_states.h

const parseTcpSockets = (sections: Sections, processes: ReadonlyMap<number, StateProcess>): StateSocket[] => {
  const holders = new Map<string, StateProcess>();
  for (const [inode = '', pid] of recordsOf(sections, 'holders')) {
    const holder = processes.get(Number(pid));
    if (holder !== undefined && !holders.has(inode)) {
      holders.set(inode, holder);
    }
  }
  return recordsOf(sections, 'sockets').map(
    ([netns = '', , local = '', , state = '', queues = '', inode = '']): StateSocket => {
      const text = socketAddress(local);
      const colon = text.lastIndexOf(':');
      return {
        netns,
        address: text.slice(0, colon),
        port: Number(text.slice(colon + 1)),
        isListening: state === LISTEN,
        waiting: Number.parseInt(queues.split(':')[1] ?? '0', 16),
        holder: holders.get(inode),
      };
    },
  );
};

/** Reads the columns source, fstype, size, avail, itotal, iavail, target of df(1). */
const parseFileSystems = (table: string): StateFileSystem[] =>
  table
    .split('\n')
    .slice(1)
    .flatMap((line) => {
      const [, type = '', size, free, inodes, freeInodes, mountPoint] =
        /^.*\s(\S+)\s+(\d+)\s+(\d+)\s+(\d+|-)\s+(\d+|-)\s+(\/.*)$/.exec(line) ?? [];
      return mountPoint === undefined
        ? []
        : [
            {
              type,
              mountPoint,
              sizeKiB: Number(size),
              freeKiB: Number(free),
              inodes: Number(inodes) || 0,
              freeInodes: Number(freeInodes) || 0,
            },
          ];
    });

const parseLinks = (json: string): StateLink[] => {
  const links = (json.trim() === '' ? [] : JSON.parse(json)) as {
    ifname?: string;
    flags?: string[];
    addr_info?: {local?: string}[];
  }[];
  return links.flatMap(({ifname: name, flags = [], addr_info: addresses = []}) =>
    name === undefined
      ? []
      : [{name, isUp: flags.includes('UP'), addresses: addresses.flatMap(({local}) => local ?? [])}],
  );
};

// The first two are those of the inventory.
const PARTS = ['../teardown/guest/output.pl', '../teardown/guest/commands.pl', 'guest/state.pl'];

const guestScript = async (): Promise<string> => {
  const parts = await Promise.all(PARTS.map((part) => readFile(new URL(part, import.meta.url), 'utf8')));
  return parts.join('\n');
};
