import {execa} from 'execa';
import {HostError} from '../errors.ts';
import {tiedArgv} from '../processes.ts';
import {bakeFailure} from './bake-failure.ts';

/** Options of {@link runIsolated}. */
export interface IsolatedOptions {
  /** What the command is for, as in `Cannot <action>`: `bake root "bookworm"`. */
  readonly action: string;
  /** Folder that fills up, named when the disk is full. */
  readonly folder: string;
  readonly signal: AbortSignal;
  readonly cwd?: string;
  /** Fed to standard input, which is empty otherwise. */
  readonly input?: string;
  /** Added to the environment of the tool, in which `LC_ALL` is `C` so that messages can be told apart. */
  readonly env?: Readonly<Record<string, string>>;
  /** Called with each line of standard error, as it comes. */
  readonly onErrorLine?: (line: string) => void;
}

/**
 * Runs a command in mount and pid namespaces of its own and returns its standard output.
 * All it started and mounted is gone when the promise settles, also after an abort, and when this process is killed.
 * Throws `ProvisionError` when it does not exit with 0, and {@link HostError} when the means to isolate it are not installed.
 */
export const runIsolated = async (argv: readonly string[], options: IsolatedOptions): Promise<string> => {
  const {action, folder, signal, cwd, input, env, onErrorLine} = options;
  signal.throwIfAborted();
  const [launcher = '', ...rest] = isolatedArgv(argv);
  const subprocess = execa(launcher, rest, {
    // A Ctrl-C of the terminal must reach the tool only, which then ends the bake in order.
    detached: true,
    cancelSignal: signal,
    killSignal: 'SIGKILL',
    reject: false,
    all: true,
    env: {...env, LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive'},
    ...(cwd === undefined ? {} : {cwd}),
    ...(input === undefined ? {stdin: 'ignore' as const} : {input}),
    ...(onErrorLine === undefined ? {} : {stderr: lineListener(onErrorLine)}),
  });
  const result = await subprocess;
  if (result.isCanceled || signal.aborted) signal.throwIfAborted();
  if (!result.failed) return result.stdout;
  if (result.code === 'ENOENT') {
    throw new HostError(`Cannot ${action}: setpriv and unshare are not installed`, [
      {sentence: 'The programs of util-linux are not installed', remedy: 'npm run setup'},
    ]);
  }
  throw bakeFailure({
    action,
    folder,
    argv,
    ended: result.signal ?? `exit code ${result.exitCode}`,
    output: result.all ?? result.shortMessage,
    cause: result,
  });
};

/**
 * The command line that gives a command namespaces of its own.
 * unshare(1) kills the first process of the pid namespace when it ends itself, and with that the kernel ends all others;
 * unshare in turn is tied to the tool, which may die without a chance to end it.
 */
export const isolatedArgv = (argv: readonly string[]): readonly string[] =>
  tiedArgv(['unshare', '--mount', '--pid', '--fork', '--kill-child=KILL', '--mount-proc', '--', ...argv]);

function lineListener(listener: (line: string) => void) {
  return function* (line: unknown): Generator<unknown, void, void> {
    listener(String(line));
    yield line;
  };
}
