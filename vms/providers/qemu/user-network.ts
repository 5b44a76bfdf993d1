import {MachineError} from '../../errors.ts';
import type {Endpoint} from '../../machine.ts';
import type {Qmp} from './qmp.ts';

/** A user network of a running QEMU. */
export interface QemuNetwork {
  /** Unix socket of QEMU's control. */
  readonly control: string;
  /** Identifier of the network in QEMU. */
  readonly network: string;
  /** IPv4 address of the machine in it. */
  readonly address: string;
}

/** One line of QEMU's `info usernet`. */
export interface NetworkEntry {
  /** `HOST_FORWARD` for a port that is listened on, else the state of a TCP connection: `SYN_SENT`, `ESTABLISHED`… */
  readonly state: string;
  readonly sourcePort: number;
  readonly destination: string;
  readonly destinationPort: number;
}

/** Reads the table of TCP connections of a user network: slirp_connection_info in https://gitlab.freedesktop.org/slirp/libslirp */
export const parseUserNetwork = (text: string): readonly NetworkEntry[] =>
  text.split(/\r?\n/u).flatMap((line) => {
    const found = /^\s*TCP\[(\w+)\]\s+-?\d+\s+\S+\s+(\d+)\s+(\S+)\s+(\d+)\s/u.exec(line);
    const [, state = '', sourcePort, destination = '', destinationPort] = found ?? [];
    return found
      ? [{state, sourcePort: Number(sourcePort), destination, destinationPort: Number(destinationPort)}]
      : [];
  });

/** The port of this host's loopback that leads to the machine's sshd. */
export const forwardedPort = async (qmp: Qmp): Promise<number> => {
  const table = parseUserNetwork(await qmp.monitor('info usernet'));
  const entry = table.find(({state, destinationPort}) => state === 'HOST_FORWARD' && destinationPort === 22);
  if (!entry)
    throw new MachineError('Cannot find the port of the machine: QEMU lists none', {
      layer: 'qemu',
      seen: JSON.stringify(table),
    });
  return entry.sourcePort;
};

/** QEMU's words when it can't listen on a port, which is taken as a rule: net/slirp.c */
export const NO_PORT = /Could not set up host forwarding rule/u;

/**
 * Makes a port of this host's loopback lead to an endpoint of the network. Returns false when the host's port is taken. Throws
 * {@link MachineError} with QEMU's words when it refuses for another reason.
 */
export const addForward = async (
  qmp: Qmp,
  {network}: Pick<QemuNetwork, 'network'>,
  hostPort: number,
  {host, port}: Endpoint,
): Promise<boolean> => {
  const line = `hostfwd_add ${network} tcp:127.0.0.1:${hostPort}-${host}:${port}`;
  const said = await qmp.monitor(line);
  if (said === '' || NO_PORT.test(said)) return said === '';
  throw new MachineError(`Cannot lead a port to the machine: ${said}`, {layer: 'qemu', command: [line]});
};

/** Ends {@link addForward}; connections that were made stay. */
export const removeForward = async (qmp: Qmp, {network}: QemuNetwork, hostPort: number): Promise<void> => {
  await qmp.monitor(`hostfwd_remove ${network} tcp:127.0.0.1:${hostPort}`);
};
