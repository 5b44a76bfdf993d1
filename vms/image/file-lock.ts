import {spawn} from 'node:child_process';
import {dirname} from 'node:path';
import {HostError} from '../errors.ts';
import {makeKeptFolder} from '../kept-folder.ts';
import {tiedArgv} from '../processes.ts';

/** `shared` among any number of holders, `exclusive` for one. */
export type LockMode = 'shared' | 'exclusive';

/** Options of {@link acquireLock}. */
export interface LockOptions {
  readonly signal: AbortSignal;
  /** Called once when the lock is not free. */
  readonly onWait: () => void;
}

/**
 * Waits for a lock of the kernel on a file, which is made where it is missing. Disposing releases it.
 * The lock dies with this process, however that ends, and does not keep it alive.
 * Rejects with the reason of the signal when aborted.
 */
export const acquireLock = async (
  file: string,
  mode: LockMode,
  {signal, onWait}: LockOptions,
): Promise<AsyncDisposable> => {
  const atOnce = await tryLock(file, mode, signal);
  if (atOnce) return atOnce;
  onWait();
  const held = await holdLock(file, [`--${mode}`], signal);
  if (held) return held;
  throw new HostError(`Cannot lock "${file}": flock ended without a lock`);
};

/** The lock when it is free, `undefined` when it is not. */
export const tryLock = async (
  file: string,
  mode: LockMode,
  signal: AbortSignal,
): Promise<AsyncDisposable | undefined> => holdLock(file, [`--${mode}`, '--nonblock'], signal);

/**
 * Node has no flock(2), so a child holds the lock until its standard input ends: https://man7.org/linux/man-pages/man1/flock.1.html
 * `--no-fork` makes it one process, which is tied to this one: that ends it while it still waits for the lock.
 */
const holdLock = async (
  file: string,
  flags: readonly string[],
  signal: AbortSignal,
): Promise<AsyncDisposable | undefined> => {
  signal.throwIfAborted();
  await makeKeptFolder(dirname(file), 'XDG_CACHE_HOME');
  const [program = '', ...argv] = tiedArgv(['flock', ...flags, '--no-fork', file, 'sh', '-c', 'echo locked; exec cat']);
  // Not execa, whose subprocesses can't be unreferenced: a lock that is never released must not keep the tool from ending.
  const child = spawn(
    program,
    argv,
    // Apart from the terminal's process group: a Ctrl-C must not release the lock before the work under it has ended.
    {detached: true, stdio: ['pipe', 'pipe', 'pipe']},
  );
  const ended = new Promise<NodeJS.ErrnoException | undefined>((resolve) => {
    child.once('error', resolve);
    child.once('exit', () => resolve(undefined));
  });
  const words: string[] = [];
  child.stderr.setEncoding('utf8').on('data', (text: string) => words.push(text));
  const allSaid = new Promise((resolve) => child.once('close', resolve));
  const abort = (): void => void child.kill('SIGKILL');
  signal.addEventListener('abort', abort, {once: true});
  const locked = new Promise<true>((resolve) => {
    child.stdout.once('data', () => resolve(true));
  });
  const outcome = await Promise.race([locked, ended]);
  signal.removeEventListener('abort', abort);
  if (outcome !== true) {
    signal.throwIfAborted();
    if (outcome) throw missingProgram(file, outcome);
    if (child.exitCode === NOT_FREE) return undefined;
    await allSaid;
    const said = words.join('').trim();
    if (child.exitCode === NOT_FOUND) throw missingProgram(file, new Error(said));
    const ending = child.signalCode ?? `exit code ${child.exitCode}`;
    throw new HostError(`Cannot lock "${file}": flock ended with ${ending}${said && `, ${said}`}`);
  }
  for (const handle of [child, child.stdin, child.stdout, child.stderr]) (handle as {unref?: () => void}).unref?.();
  return {
    [Symbol.asyncDispose]: async () => {
      child.ref();
      child.kill('SIGKILL');
      await ended;
    },
  };
};

/** What flock exits with where another holds the lock and it may not wait, and setpriv where there is no flock. */
const NOT_FREE = 1;
const NOT_FOUND = 127;

const missingProgram = (file: string, cause: Error): HostError =>
  new HostError(
    `Cannot lock "${file}": setpriv and flock are not installed`,
    [{sentence: 'The programs of util-linux are not installed', remedy: 'npm run setup'}],
    {cause},
  );
