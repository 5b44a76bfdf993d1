import {createConnection} from 'node:net';
import {createInterface} from 'node:readline';
import {randomBytes} from 'node:crypto';
import {MachineError} from '../errors.ts';

/** What a machine answers when it is greeted. */
export interface Welcome {
  /** What it was told when it was greeted before: after a restore, what it was told before the snapshot. */
  readonly before: string;
  /** What it was told now. */
  readonly generation: string;
  /** Random, of the kernel's boot: the same before a snapshot and after its restore. */
  readonly bootId: string;
  /** `uname -r`. */
  readonly kernel: string;
}

/** Reads one line of the door; `undefined` for what is not an answer to a greeting. */
export const parseWelcome = (line: string): Welcome | undefined => {
  const found = /(?:^|\W)welcome (\S+) ([0-9a-f-]{36}) (\S+) (\S+)$/u.exec(line.trim());
  const [, before, bootId, kernel, generation] = found ?? [];
  if (before === undefined || bootId === undefined || kernel === undefined || generation === undefined)
    return undefined;
  return {before, bootId, kernel, generation};
};

/** What the machine is told: see `door` in vms/image/vm-files.ts. */
export const greeting = (generation: string, publicKey: string, now = Date.now()): string =>
  `hello ${generation} ${(now / 1000).toFixed(3)} ${randomBytes(32).toString('base64url')} ${publicKey}\n`;

const REPEAT_MS = 15_000;

/**
 * Greets a machine over its second serial port: hands it the key that may enter and the time, and says which generation it is now.
 * Rejects with the reason of the signal when that aborts.
 */
export const greet = async (
  door: string,
  generation: string,
  publicKey: string,
  signal: AbortSignal,
): Promise<Welcome> =>
  readLines(
    door,
    signal,
    (line) => {
      const welcome = parseWelcome(line);
      // An answer that was not waited for may still be on the way.
      return welcome?.generation === generation ? welcome : undefined;
    },
    () => greeting(generation, publicKey),
  );

/** Waits until a machine that boots says that its daemons answer. */
export const awaitReady = async (door: string, signal: AbortSignal): Promise<void> => {
  await readLines(door, signal, (line) => (/(?:^|\W)ready$/u.test(line.trim()) ? true : undefined));
};

/** Reads lines until one means something. What is to be written is written once and, should it get lost, again. */
const readLines = async <Result>(
  door: string,
  signal: AbortSignal,
  read: (line: string) => Result | undefined,
  write?: () => string,
): Promise<Result> => {
  signal.throwIfAborted();
  const {promise, resolve, reject} = Promise.withResolvers<Result>();
  const socket = createConnection(door);
  const say = (): void => void (write && socket.write(write()));
  const repeat = setInterval(say, REPEAT_MS);
  const abort = (): void => reject(signal.reason as Error);
  signal.addEventListener('abort', abort, {once: true});
  socket.once('connect', say);
  socket.once('error', (cause) => {
    reject(
      new MachineError(`Cannot speak to the machine: its serial port says ${cause.message}`, {layer: 'qemu', cause}),
    );
  });
  socket.once('close', () =>
    reject(new MachineError('Cannot speak to the machine: QEMU has closed its serial port', {layer: 'qemu'})),
  );
  const lines = createInterface({input: socket});
  lines.on('error', reject);
  lines.on('line', (line) => {
    const result = read(line);
    if (result !== undefined) resolve(result);
  });
  try {
    return await promise;
  } finally {
    clearInterval(repeat);
    signal.removeEventListener('abort', abort);
    socket.destroy();
  }
};
