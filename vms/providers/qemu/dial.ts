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
  let socket: Socket | undefined;
  try {
    socket = createConnection(port, '127.0.0.1');
    await untilAnswered(control, socket, port, endpoint, timeoutMs);
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
  timeoutMs: number,
): Promise<void> => {
  let failure: Error | undefined;
  socket.on('error', (error) => void (failure ??= connectionFailure(endpoint, error)));
  // A machine that refuses makes QEMU end the connection, in one way or the other.
  const refuse = (): void => void (failure ??= new DialError(endpoint, 'ECONNREFUSED'));
  for (const event of ['end', 'close'] as const) socket.on(event, refuse);
  const untaken = ownSignal();
  let unanswered: AbortSignal | undefined;
  try {
    while (!(unanswered ?? untaken).aborted) {
      if (failure) throw failure;
      const table = await withQmp(control, ownSignal(), async (qmp) =>
        parseUserNetwork(await qmp.monitor('info usernet')),
      );
      const connection = table.find(({state, sourcePort}) => sourcePort === port && state !== 'HOST_FORWARD');
      // What QEMU takes to get here is none of the machine's time: a silence is believed only when it was asked and waited for.
      if (connection) unanswered ??= AbortSignal.timeout(timeoutMs);
      const hasAnswered = connection !== undefined && !UNANSWERED.has(connection.state);
      if ((hasAnswered && !failure) || socket.readableLength > 0) return;
      await setTimeout(POLL_MS);
    }
  } finally {
    for (const event of ['end', 'close'] as const) socket.off(event, refuse);
  }
  if (unanswered) throw new DialError(endpoint, 'ETIMEDOUT', unanswered.reason);
  throw notAsked(endpoint, 'QEMU has not taken it in time', untaken.reason);
};

/** What an error of the connection to QEMU says: the machine has refused, or this host could not ask it. */
export const connectionFailure = (endpoint: Endpoint, error: NodeJS.ErrnoException): Error =>
  REFUSALS.has(error.code) ? new DialError(endpoint, 'ECONNREFUSED', error) : notAsked(endpoint, error.message, error);

const REFUSALS: ReadonlySet<string | undefined> = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE']);

const notAsked = ({host, port}: Endpoint, why: string, cause: unknown): MachineError =>
  new MachineError(`Cannot ask "${host}:${port}" for a connection: ${why}`, {layer: 'qemu', cause});

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
