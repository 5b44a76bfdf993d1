import {randomUUID} from 'node:crypto';
import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {execa} from 'execa';
import {requireNoNul, runCommand, startCommand, type CommandPrefix, type RawResult} from '../command.ts';
import {MachineError, PlumblineError} from '../errors.ts';
import type {ExecOptions, ExecResult, RunningCommand, ShellCommand} from '../machine.ts';
import {shownCommand} from '../secret.ts';
import {quoteWord} from './posix-quote.ts';
import {remoteCommand, remoteEnd, remoteKill, type RemoteCommand} from './remote-command.ts';
import {RemoteStderr} from './remote-stderr.ts';
import {forwardArgv, sessionArgv, type SshTarget} from './ssh-argv.ts';
import {sshEnvironment} from './ssh-connection.ts';

/** What commands in a machine need of its control connection. */
export interface SshSession {
  readonly control: SshTarget['control'];
  /** Folder of this host for command lines that are too long to be an argument. */
  readonly folder: string;
}

/** The kernel takes 128 KiB in one argument, MAX_ARG_STRLEN of execve(2), here and in the machine. */
const LONGEST_SCRIPT = 120_000;
const KILL_TIMEOUT_MS = 60_000;

/**
 * Runs a command in a machine and waits for its end, as {@link runCommand} does on this host.
 * Throws {@link MachineError} when the connection is lost.
 */
export const runRemote = async (
  session: SshSession,
  argv: readonly string[],
  options: ExecOptions & {readonly timeoutMs: number},
): Promise<RawResult> => {
  const {env, ...others} = options;
  const command = prepare(argv, env);
  const {prefix, words} = locally(session, command);
  // ssh(1) hands its standard streams to the control connection, so they stay open until the command itself has ended: it has to be
  // ended there at the same time as here.
  let killed: Promise<void> | undefined;
  const killOnce = (): void => void (killed ??= kill(session, command));
  const timer = setTimeout(killOnce, others.timeoutMs);
  others.signal?.addEventListener('abort', killOnce, {once: true});
  try {
    const {isMaxBuffer, ...result} = await runCommand(prefix, words, others);
    const {end, stderr} = remoteEnd(command, result.exitCode, result.stderr);
    // Ended here, it is ended there too. What ssh(1) says of the signal that ended it is what it says of a connection that is lost.
    if (isMaxBuffer) killOnce();
    else if (end.kind === 'lost') throw lost(argv, stderr);
    const endedBy = end.kind === 'lost' ? (result.signal ?? 'SIGTERM') : undefined;
    return {
      ...result,
      argv,
      stderr,
      exitCode: end.kind === 'exit' ? end.exitCode : undefined,
      signal: end.kind === 'signal' ? end.signal : endedBy,
    };
  } catch (error) {
    const isTimeout = error instanceof PlumblineError && error.failureClass === 'runtime';
    throw isTimeout ? timedOut(argv, options.timeoutMs, error) : error;
  } finally {
    clearTimeout(timer);
    others.signal?.removeEventListener('abort', killOnce);
    await killed;
  }
};

/** Starts a command in a machine and hands out its streams, as {@link startCommand} does on this host. */
export const startRemote = (session: SshSession, argv: readonly string[], env: ExecOptions['env']): RunningCommand => {
  const command = prepare(argv, env);
  const {prefix, words} = locally(session, command);
  const running = startCommand(prefix, words);
  const stderr = running.stderr.pipe(new RemoteStderr(command));
  let killed: Promise<void> | undefined;
  const killOnce = (): void => {
    running.kill();
    killed ??= kill(session, command);
  };
  const ended = running.ended.then(async (result): Promise<ExecResult> => {
    await killed;
    const {end} = remoteEnd(command, result.exitCode, stderr.trailer);
    if (end.kind === 'lost') return {...result, argv, exitCode: undefined, signal: result.signal ?? 'SIGKILL'};
    return {
      ...result,
      argv,
      exitCode: end.kind === 'exit' ? end.exitCode : undefined,
      signal: end.kind === 'signal' ? end.signal : undefined,
    };
  });
  return {stream: running.stream, stderr, ended, kill: killOnce};
};

/** The command of this host that runs `command` in the machine for a person at a terminal; a login shell when it is empty. */
export const remoteShell = ({control}: SshSession, command: readonly string[]): ShellCommand => {
  const [file = '', ...argv] = sessionArgv({control}, 'with terminal');
  return {
    file,
    argv: command.length === 0 ? argv.filter((word) => word !== '--') : [...argv, command.map(quoteWord).join(' ')],
    env: sshEnvironment,
  };
};

/** Makes `local`, a Unix socket of this host, lead to the one at `remote` in the machine. Throws {@link MachineError} when it can't. */
export const forwardSocket = async ({control}: SshSession, local: string, remote: string): Promise<void> => {
  const [file = '', ...argv] = forwardArgv({control}, local, remote);
  const result = await execa(file, argv, {reject: false, stdin: 'ignore', extendEnv: false, env: sshEnvironment});
  if (result.failed) {
    throw new MachineError(`Cannot forward the socket "${remote}": ${result.stderr || result.shortMessage}`, {
      command: [file, ...argv],
    });
  }
};

const prepare = (argv: readonly string[], env: ExecOptions['env']): RemoteCommand => {
  requireNoNul(argv);
  return remoteCommand(argv, env ?? {}, `plumbline-${randomUUID()}`);
};

/** The command of this host that runs a remote one. A long one goes over first, as a file; both steps together are one process to kill. */
const locally = (
  {control, folder}: SshSession,
  {script, token}: RemoteCommand,
): {prefix: CommandPrefix; words: string[]} => {
  const [file = '', ...argv] = sessionArgv({control});
  if (Buffer.byteLength(script) <= LONGEST_SCRIPT) return {prefix: {file, argv, env: sshEnvironment}, words: [script]};
  const local = join(folder, `${token}.sh`);
  const remote = `/run/plumbline/${token}.sh`;
  // Read to its end before it is gone: the shell has it open.
  writeFileSync(local, `rm ${remote}\n${script}`, {mode: 0o600});
  const steps = `ssh() { command ${[file, ...argv].map(quoteWord).join(' ')} "$@"; }; ssh 'cat >${remote}' <"$1" || exit; rm "$1"; exec ${[file, ...argv].map(quoteWord).join(' ')} '. ${remote} # ${token}'`;
  return {prefix: {file: 'sh', argv: ['-c', steps], env: sshEnvironment}, words: ['sh', local]};
};

/** Ends a command in the machine. What can't be reached any more needs no killing. */
const kill = async ({control}: SshSession, command: RemoteCommand): Promise<void> => {
  const [file = '', ...argv] = sessionArgv({control});
  await execa(file, [...argv, remoteKill(command)], {
    reject: false,
    stdio: 'ignore',
    timeout: KILL_TIMEOUT_MS,
    extendEnv: false,
    env: sshEnvironment,
  });
};

const lost = (argv: readonly string[], stderr: string): MachineError =>
  new MachineError(
    `Cannot run "${shownCommand(argv)}": the connection to the machine is lost${stderr && `, ${stderr.trim()}`}`,
    {
      command: argv,
      layer: 'ssh',
    },
  );

/** Says the command that was asked for instead of the one of this host that carried it. */
const timedOut = (argv: readonly string[], timeoutMs: number, cause: PlumblineError): PlumblineError =>
  new PlumblineError('runtime', `Cannot run "${shownCommand(argv)}": no end within ${timeoutMs} ms`, {
    command: argv,
    expected: `an end within ${timeoutMs} ms`,
    seen: cause.seen ?? 'still running',
    cause,
  });
