import {createConnection, type Socket} from 'node:net';
import {createInterface} from 'node:readline';
import {setTimeout} from 'node:timers/promises';
import {z} from 'zod';
import {MachineError} from '../../errors.ts';
import {answered} from './deadlines.ts';

/** A control connection to QEMU; no use of the machine's own network. https://www.qemu.org/docs/master/interop/qmp-spec.html */
export interface Qmp extends Disposable {
  /** Runs a command and returns its result. Throws {@link MachineError} with what QEMU says, or when QEMU has ended. */
  execute(command: string, parameters?: Readonly<Record<string, unknown>>): Promise<unknown>;
  /** Runs a command of the human monitor and returns what it prints, which for most is nothing unless they fail. */
  monitor(line: string): Promise<string>;
}

const reply = z.looseObject({
  return: z.unknown().optional(),
  error: z.object({desc: z.string()}).optional(),
  event: z.string().optional(),
  QMP: z.unknown().optional(),
});

/**
 * Connects to QEMU. It serves one connection at a time, and lets the next one wait: keep it short.
 * Throws {@link MachineError} when nothing answers before the signal aborts, and at once when QEMU has ended, unless it `isNew`.
 */
const openQmp = async (path: string, signal: AbortSignal, isNew: boolean): Promise<Qmp> => {
  const socket = await answered('speak to QEMU', 'QEMU', async () => connect(path, signal, isNew));
  const replies = replyQueue(socket);
  const abort = (): void => void socket.destroy(new Error('no answer in time', {cause: signal.reason}));
  signal.addEventListener('abort', abort, {once: true});
  const execute = async (command: string, parameters: Readonly<Record<string, unknown>> = {}): Promise<unknown> => {
    socket.write(`${JSON.stringify({execute: command, arguments: parameters})}\n`);
    const {return: value, error} = await replies();
    if (error) throw new MachineError(`Cannot run "${command}" in QEMU: ${error.desc}`, {layer: 'qemu'});
    return value;
  };
  try {
    await replies();
    await execute('qmp_capabilities');
  } catch (error) {
    socket.destroy();
    throw error;
  }
  return {
    execute,
    monitor: async (line) => String(await execute('human-monitor-command', {'command-line': line})).trim(),
    [Symbol.dispose]: () => {
      signal.removeEventListener('abort', abort);
      socket.destroy();
    },
  };
};

const withOpened =
  (isNew: boolean) =>
  async <Result>(path: string, signal: AbortSignal, body: (qmp: Qmp) => Promise<Result>): Promise<Result> => {
    using qmp = await openQmp(path, signal, isNew);
    return await body(qmp);
  };

/** Connects, does something short, and leaves QEMU to others. Throws {@link MachineError} at once when QEMU has ended. */
export const withQmp = withOpened(false);

/** {@link withQmp} of a QEMU that has just been started, which makes its socket some time after that. */
export const withNewQmp = withOpened(true);

const POLL_MS = 5;

/** What connect(2) says where no process listens. When too many others wait it says EAGAIN. */
const NOBODY: ReadonlySet<string | undefined> = new Set(['ENOENT', 'ECONNREFUSED']);

const connect = async (path: string, signal: AbortSignal, isNew: boolean): Promise<Socket> => {
  for (;;) {
    const socket = createConnection(path);
    const {promise, resolve} = Promise.withResolvers<NodeJS.ErrnoException | undefined>();
    socket.once('connect', () => resolve(undefined));
    socket.once('error', resolve);
    const failure = await promise;
    // Who listens for an abort from now on is not told of one that was.
    if (failure === undefined && !signal.aborted) return socket;
    socket.destroy();
    if (!isNew && NOBODY.has(failure?.code)) throw unheard(failure);
    signal.throwIfAborted();
    await setTimeout(POLL_MS);
  }
};

const unheard = (cause: unknown): MachineError =>
  new MachineError(`Cannot speak to QEMU: ${cause instanceof Error ? cause.message : 'it has ended'}`, {
    layer: 'qemu',
    cause,
  });

/** Commands are answered in order; events come in between and are not waited for by anyone. */
const replyQueue = (socket: Socket): (() => Promise<z.infer<typeof reply>>) => {
  const arrived: z.infer<typeof reply>[] = [];
  const waiting: PromiseWithResolvers<z.infer<typeof reply>>[] = [];
  let failure: MachineError | undefined;
  const fail = (cause?: unknown): void => {
    failure ??= unheard(cause);
    for (const one of waiting.splice(0)) one.reject(failure);
  };
  const lines = createInterface({input: socket});
  lines.on('line', (line) => {
    const message = reply.parse(JSON.parse(line));
    if (message.event !== undefined) return;
    const next = waiting.shift();
    if (next) next.resolve(message);
    else arrived.push(message);
  });
  // The error of the socket comes up on its reader as well.
  lines.on('error', fail);
  socket.on('error', fail);
  socket.on('close', () => fail());
  return async () => {
    const message = arrived.shift();
    if (message) return message;
    if (failure) throw failure;
    const next = Promise.withResolvers<z.infer<typeof reply>>();
    waiting.push(next);
    return next.promise;
  };
};
