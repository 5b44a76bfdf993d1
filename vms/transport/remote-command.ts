import {quoteWord, quoteWords} from './posix-quote.ts';

/** A command as text for the remote shell, which runs it in a session of its own. */
export interface RemoteCommand {
  readonly script: string;
  /** Unique; in the command line of the remote shell, and in what it says of a signal. */
  readonly token: string;
}

/** How a remote command ended. `lost` is a transport that failed: nothing is known of the command then. */
export type RemoteEnd =
  | {readonly kind: 'exit'; readonly exitCode: number}
  | {readonly kind: 'signal'; readonly signal: string}
  | {readonly kind: 'lost'};

/** What ssh(1) exits with when the connection failed, when a signal ended the command, and when the command said so. */
const SSH_FAILED = 255;

/**
 * The text for the remote shell. The exit status of ssh(1) can't tell a signal from a lost connection, so the shell stays the parent of
 * the command. When a signal ended it, the shell (dash) says which one on its own standard error, apart from that of the command:
 * what it said then goes, marked with the token, to the end of the command's.
 * SIGINT and SIGPIPE are not said, and come as exit codes 130 and 141.
 * @param environment Variables of the command besides those of the server.
 */
export const remoteCommand = (
  argv: readonly string[],
  environment: Readonly<Record<string, string>>,
  token: string,
): RemoteCommand => {
  const exports = Object.entries(environment).map(([name, value]) => `export ${name}=${quoteWord(value)}; `);
  const script = `unset SSH_CLIENT SSH_CONNECTION LOGNAME USER SHELL MAIL; ${exports.join('')}{ said=$({ (exec ${quoteWords(argv)}) >&3 2>&4 3>&- 4>&-; exit; } 2>&1); } 3>&1 4>&2; code=$?; case $code:$said in 255:*) said=exit;; 12[89]:?*|1[3-9]?:?*) ;; *) exit $code;; esac; printf '\\0%s %s %s\\n' ${token} "$code" "$said" >&2; exit 254`;
  return {script, token};
};

/** What comes before that which the shell says of a signal: first a NUL, so that no text that is not over looks like the begin of it. */
export const trailerMark = ({token}: Pick<RemoteCommand, 'token'>): string => `\0${token} `;

/** How the command ended, from the exit status of ssh(1) and what came on standard error; with what the command itself wrote there. */
export const remoteEnd = (
  {token}: Pick<RemoteCommand, 'token'>,
  sshExitCode: number | undefined,
  stderr: string,
): {readonly end: RemoteEnd; readonly stderr: string} => {
  const found = new RegExp(`${trailerMark({token})}(\\d+) [^\\n]*\\n$`, 'u').exec(stderr);
  if (found) {
    const code = Number(found[1]);
    const end: RemoteEnd =
      code === SSH_FAILED ? {kind: 'exit', exitCode: code} : {kind: 'signal', signal: signalName(code - 128)};
    return {end, stderr: stderr.slice(0, found.index)};
  }
  if (sshExitCode === undefined || sshExitCode === SSH_FAILED) return {end: {kind: 'lost'}, stderr};
  return {end: {kind: 'exit', exitCode: sshExitCode}, stderr};
};

/** The text for the remote shell that kills a command with everything it started, as long as that stayed in its session. */
export const remoteKill = ({token}: Pick<RemoteCommand, 'token'>): string =>
  // In brackets, the first character of the pattern keeps this shell from finding itself.
  `for process in $(grep -l -a '[${token.slice(0, 1)}]${token.slice(1)}' /proc/[0-9]*/cmdline 2>/dev/null); do process=\${process#/proc/}; pkill -KILL -s "\${process%/cmdline}"; done; true`;

/** Numbers of signal(7) on x86 and ARM. */
const signalName = (number: number): string => SIGNALS[number - 1] ?? `SIG${number}`;

const SIGNALS = [
  'SIGHUP',
  'SIGINT',
  'SIGQUIT',
  'SIGILL',
  'SIGTRAP',
  'SIGABRT',
  'SIGBUS',
  'SIGFPE',
  'SIGKILL',
  'SIGUSR1',
  'SIGSEGV',
  'SIGUSR2',
  'SIGPIPE',
  'SIGALRM',
  'SIGTERM',
  'SIGSTKFLT',
  'SIGCHLD',
  'SIGCONT',
  'SIGSTOP',
  'SIGTSTP',
  'SIGTTIN',
  'SIGTTOU',
  'SIGURG',
  'SIGXCPU',
  'SIGXFSZ',
  'SIGVTALRM',
  'SIGPROF',
  'SIGWINCH',
  'SIGIO',
  'SIGPWR',
  'SIGSYS',
] as const;
