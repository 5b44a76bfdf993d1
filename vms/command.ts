import type {Socket} from 'node:net';
import type {Readable} from 'node:stream';
import {execa} from 'execa';
import {PlumblineError} from './errors.ts';
import type {ExecOptions, ExecResult, RunningCommand} from './machine.ts';
import {shownCommand, withShownArguments} from './secret.ts';

/** How the commands of a machine are started on this host: `argv` is handed to it as its last arguments. */
export interface CommandPrefix {
  readonly file: string;
  readonly argv: readonly string[];
  /** The command's whole environment. */
  readonly env: Readonly<Record<string, string>>;
}

/** Of the output of a command. */
export const DEFAULT_MAX_BYTES = 32 * 1024 * 1024;

/** How a command ended, with the bytes of standard output as they came. */
export interface RawResult extends ExecResult {
  readonly bytes: Uint8Array;
}

/** Result of {@link runCommand}. */
export interface CommandResult extends RawResult {
  /** It was ended, for it has printed more than `maxBytes`. */
  readonly isMaxBuffer: boolean;
}

/** Options of {@link runCommand}. */
export interface CommandOptions extends ExecOptions {
  readonly timeoutMs: number;
  /** File that whatever is printed is added to as it comes, so that it is there when the command does not end. */
  readonly log?: string;
}

/**
 * Runs `argv` behind a prefix and waits for its end. Throws a {@link PlumblineError} of class `runtime` when it does not end in
 * time, and the signal's reason when it is aborted; in both cases it is killed with everything it started.
 */
export const runCommand = async (
  prefix: CommandPrefix,
  argv: readonly string[],
  options: CommandOptions,
): Promise<CommandResult> => {
  options.signal?.throwIfAborted();
  const startedAt = performance.now();
  const result = await execa(prefix.file, [...prefix.argv, ...argv], {
    ...spawnOptions(prefix, options),
    input: options.input ?? '',
    ...(options.log !== undefined && logging(options.log)),
    timeout: options.timeoutMs,
    maxBuffer: options.maxBytes ?? DEFAULT_MAX_BYTES,
    encoding: 'buffer',
    stripFinalNewline: false,
  });
  options.signal?.throwIfAborted();
  const {bytes, stderr} = {bytes: result.stdout, stderr: decode(result.stderr)};
  if (result.timedOut) {
    throw overdue(argv, options.timeoutMs, stderr);
  }
  if (result.exitCode === undefined && result.signal === undefined && !result.isMaxBuffer) {
    throw new PlumblineError(
      'harness',
      `Cannot start "${prefix.file}": ${result.originalMessage ?? 'unknown reason'}`,
      {command: argv, cause: result},
    );
  }
  // A log that takes no more ends the command, and says why.
  if (options.log !== undefined && result.cause instanceof Error && 'syscall' in result.cause) throw result.cause;
  return {
    argv,
    exitCode: result.exitCode,
    signal: result.signal,
    stdout: decode(bytes),
    stderr,
    bytes,
    isMaxBuffer: result.isMaxBuffer,
    durationMs: performance.now() - startedAt,
  };
};

const logging = (file: string) => {
  const output = ['pipe', {file, append: true}] as const;
  return {stdout: output, stderr: output};
};

/** Throws a {@link PlumblineError} for an argument that no program can be given. */
export const requireNoNul = (argv: readonly string[]): void => {
  if (argv.some((word) => word.includes('\0'))) {
    throw new PlumblineError(
      'harness',
      `Cannot run "${shownCommand(argv).replaceAll('\0', String.raw`\0`)}": an argument has a NUL in it`,
    );
  }
};

/** The error for a command that has not ended in time. */
export const overdue = (argv: readonly string[], timeoutMs: number, stderr: string): PlumblineError =>
  new PlumblineError('runtime', `Cannot run "${argv.join(' ')}": no end within ${timeoutMs} ms`, {
    command: argv,
    expected: `an end within ${timeoutMs} ms`,
    seen: `still running${stderr && `, having said: ${withShownArguments(stderr, argv).slice(-500)}`}`,
  });

/** Starts `argv` behind a prefix and hands out its streams. */
export const startCommand = (prefix: CommandPrefix, argv: readonly string[]): RunningCommand => {
  const startedAt = performance.now();
  const subprocess = execa('sh', ['-c', JOIN_STREAMS, 'sh', prefix.file, ...prefix.argv, ...argv], {
    ...spawnOptions(prefix),
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    buffer: false,
  });
  const ended = subprocess.then((result) => ({
    argv,
    exitCode: result.exitCode,
    signal: result.signal,
    stdout: '',
    stderr: '',
    durationMs: performance.now() - startedAt,
  }));
  const [, , stderr, stream] = subprocess.stdio as unknown as [null, null, Readable, Socket];
  for (const output of [stream, stderr]) keepUnread(output);
  return {stream, stderr, ended, kill: () => void subprocess.kill('SIGKILL')};
};

// One pair of connected sockets serves both directions, so that an HTTP client takes the stream for what it is: a socket.
const JOIN_STREAMS = 'exec "$@" <&3 >&3 3>&-';

/** execa reads a stream to nowhere when no one has begun to read it by the next round of the event loop: what came early would be lost. */
const keepUnread = (stream: Readable): void => {
  const hold = (): void => {};
  stream.on('readable', hold);
  setImmediate(() => setImmediate(() => stream.off('readable', hold)));
};

const spawnOptions = (prefix: CommandPrefix, {env, signal}: Pick<ExecOptions, 'env' | 'signal'> = {}) =>
  ({
    reject: false,
    extendEnv: false,
    env: {...prefix.env, ...env},
    // Whatever the command started ends with it, as long as it stayed in the process group.
    killDescendants: true,
    forceKillAfterDelay: 500,
    ...(signal && {cancelSignal: signal}),
  }) as const;

const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
