import {parseSockets} from '../parse/processes.ts';
import type {ProcessRecord} from '../parse/processes.ts';
import type {Thing} from '../thing.ts';
import {linkOfProc, listProc, readProc} from './proc.ts';

/** TCP sockets that listen and UDP sockets that are bound, in this network namespace, of the given processes. */
export const readHostSockets = (processes: ReadonlyMap<string, ProcessRecord>): Thing[] => {
  const holders = new Map(
    [...processes.keys()].flatMap((pid) =>
      listProc(`/proc/${pid}/fd`).flatMap((descriptor) => {
        const inode = /^socket:\[(\d+)\]$/.exec(linkOfProc(`/proc/${pid}/fd/${descriptor}`))?.[1];
        return inode === undefined ? [] : [[inode, pid] as const];
      }),
    ),
  );
  const records = ['tcp', 'tcp6', 'udp', 'udp6'].flatMap((protocol) =>
    readProc(`/proc/net/${protocol}`)
      .split('\n')
      .map((line) => line.trim().split(/\s+/))
      .filter(
        ([, , remote, state]) =>
          state === (protocol.startsWith('tcp') ? TCP_LISTEN : TCP_CLOSE) && remote?.endsWith(':0000'),
      )
      .flatMap((fields) => {
        const holder = holders.get(fields[9] ?? '');
        return holder === undefined ? [] : [[protocol, fields[1] ?? '', holder]];
      }),
  );
  return parseSockets(new Map([['sockets', {problem: '', records}]]), processes);
};

// include/net/tcp_states.h; a UDP socket that is bound to no peer is in the latter.
const TCP_LISTEN = '0A';
const TCP_CLOSE = '07';
