import type {Socket} from 'node:net';
import {DEFAULT_MAX_BYTES, overdue, type RawResult} from '../../command.ts';
import type {ExecOptions, RunningCommand} from '../../machine.ts';
import type {Door} from './door.ts';

/** What is done through a door. */
interface Asked extends Pick<ExecOptions, 'input' | 'signal' | 'maxBytes'> {
  /** The command's whole environment. */
  readonly env: Readonly<Record<string, string>>;
}

/** From the signal that lets a command end to the one that does not. */
const GRACE_MS = 500;

/** Runs a command through a door and waits for its end, as `runCommand` does on this host. */
export const runThrough = async (
  door: Door,
  argv: readonly string[],
  {env, input = '', signal, timeoutMs, maxBytes = DEFAULT_MAX_BYTES}: Asked & {readonly timeoutMs: number},
): Promise<RawResult> => {
  signal?.throwIfAborted();
  const startedAt = performance.now();
  const command = door.start(argv, env, input.length === 0 ? 'null' : 'own');
  command.stdin?.end(input);
  let isOverdue = false;
  let force: NodeJS.Timeout | undefined;
  const stop = (): void => {
    if (force !== undefined) return;
    command.kill('SIGTERM');
    force = setTimeout(() => {
      command.kill('SIGKILL');
      // What has left the process group lives on, and may hold them.
      for (const output of [command.stdout, command.stderr]) output.destroy();
    }, GRACE_MS);
  };
  const timer = setTimeout(() => {
    isOverdue = true;
    stop();
  }, timeoutMs);
  signal?.addEventListener('abort', stop, {once: true});
  try {
    const [bytes, errors, {exitCode, signal: endedBy}] = await Promise.all([
      bytesOf(command.stdout, maxBytes, stop),
      bytesOf(command.stderr, maxBytes, stop),
      command.ended,
    ]);
    signal?.throwIfAborted();
    const [stdout, stderr] = [decode(bytes), decode(errors)];
    if (isOverdue) {
      throw overdue(argv, timeoutMs, stderr);
    }
    return {argv, exitCode, signal: endedBy, stdout, stderr, bytes, durationMs: performance.now() - startedAt};
  } finally {
    clearTimeout(timer);
    clearTimeout(force);
    signal?.removeEventListener('abort', stop);
    command.stdin?.destroy();
  }
};

/** Starts a command through a door and hands out its streams, as `startCommand` does on this host. */
export const startThrough = (door: Door, argv: readonly string[], env: Asked['env']): RunningCommand => {
  const startedAt = performance.now();
  const {stdout: stream, stderr, ended, kill} = door.start(argv, env, 'joined');
  return {
    stream,
    stderr,
    ended: ended.then((end) => ({argv, ...end, stdout: '', stderr: '', durationMs: performance.now() - startedAt})),
    kill: () => kill('SIGKILL'),
  };
};

/** All that comes from a command, up to so many bytes: one that says more is told to `stop`. */
const bytesOf = (socket: Socket, most: number, stop: () => void): Promise<Buffer> =>
  new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let length = 0;
    socket.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length <= most) chunks.push(chunk);
      else {
        chunks.push(chunk.subarray(0, Math.max(0, most - length + chunk.length)));
        stop();
      }
    });
    socket.once('close', () => resolve(Buffer.concat(chunks)));
  });

const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
