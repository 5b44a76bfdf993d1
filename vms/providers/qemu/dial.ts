import {createConnection, createServer, type Socket} from 'node:net';
import {setTimeout} from 'node:timers/promises';
import {DialError} from '../../dial.ts';
import {MachineError} from '../../errors.ts';
import type {Endpoint} from '../../machine.ts';
import {withQmp} from './qmp.ts';
import {addForward, parseUserNetwork, removeForward, type QemuNetwork} from './user-network.ts';

const ATTEMPTS = 20;
const POLL_MS = 10;
const CONTROL_BUDGET_MS = 30_000;

/** The way to a machine from outside. */
export interface QemuOutside extends QemuNetwork {
  /** Has the machine say that another address than its own is behind it: see `announce.ts`. */
  readonly announce: (address: string) => Promise<void>;
}

/**
 * A TCP connection to the machine, or through it, from its gateway, made by QEMU's user network. QEMU takes a connection on a port of this
 * host's loopback, which is there for that long only, before it asks the machine: its table says when that has answered.
 * QEMU makes nothing of an ICMP error: who refuses by one is silent.
 */
export const dialThroughQemu = async (through: QemuOutside, endpoint: Endpoint, timeoutMs: number): Promise<Socket> => {
  const {control, address, announce} = through;
  if (endpoint.host !== address) await announce(endpoint.host);
  const port = await forward(through, endpoint);
  // What it takes to get here is none of the machine's time: a silence is believed only when it was asked and waited for.
  const signal = AbortSignal.timeout(timeoutMs);
  let socket: Socket | undefined;
  try {
    socket = createConnection(port, '127.0.0.1');
    await untilAnswered(control, socket, port, endpoint, signal);
    return socket;
  } catch (error) {
    socket?.destroy();
    throw error;
  } finally {
    await withQmp(control, ownSignal(), async (qmp) => removeForward(qmp, through, port)).catch(() => {});
  }
};

/** Finds a port of the loopback that is free, also when another process takes the one just found. */
const forward = async (through: QemuNetwork, endpoint: Endpoint): Promise<number> => {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const port = await freePort();
    if (await withQmp(through.control, ownSignal(), async (qmp) => addForward(qmp, through, port, endpoint)))
      return port;
  }
  throw new MachineError(`Cannot lead a port to the machine: QEMU can listen on none of ${ATTEMPTS} free ones`, {
    layer: 'qemu',
  });
};

const untilAnswered = async (
  control: string,
  socket: Socket,
  port: number,
  endpoint: Endpoint,
  signal: AbortSignal,
): Promise<void> => {
  let isRefused = false;
  // A machine that refuses makes QEMU end the connection, in one way or the other.
  const refuse = (): void => void (isRefused = true);
  for (const event of ['error', 'end', 'close'] as const) socket.on(event, refuse);
  try {
    while (!signal.aborted) {
      if (isRefused) throw new DialError(endpoint, 'ECONNREFUSED');
      const table = await withQmp(control, ownSignal(), async (qmp) =>
        parseUserNetwork(await qmp.monitor('info usernet')),
      );
      const connection = table.find(({state, sourcePort}) => sourcePort === port && state !== 'HOST_FORWARD');
      const hasAnswered = connection !== undefined && !UNANSWERED.has(connection.state);
      if ((hasAnswered && !isRefused) || socket.readableLength > 0) return;
      await setTimeout(POLL_MS);
    }
  } finally {
    for (const event of ['end', 'close'] as const) socket.off(event, refuse);
  }
  throw new DialError(endpoint, 'ETIMEDOUT', signal.reason);
};

const UNANSWERED: ReadonlySet<string> = new Set(['CLOSED', 'LISTEN', 'SYN_SENT', 'SYN_RCVD']);

const freePort = async (): Promise<number> => {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
};

/** The end of a dial must not leave its port behind. */
const ownSignal = (): AbortSignal => AbortSignal.timeout(CONTROL_BUDGET_MS);
