import {execa} from 'execa';
import {ProvisionError} from '../../errors.ts';
import {sshEnvironment} from '../../transport/ssh-connection.ts';
import type {LimaAccount} from './account.ts';

/** A `limactl` with all that decides what it works on. */
export interface Limactl {
  readonly program: string;
  readonly account: LimaAccount;
  /** Its `LIMA_HOME` and everything else that it would look for in a home; nothing is read or written elsewhere. */
  readonly home: string;
  /** The command line that machines are started with, up to what Lima adds; see {@link qemuWords}. */
  readonly qemu: readonly string[];
  readonly runId: string;
}

/** Options of {@link runLimactl}. */
export interface LimactlOptions {
  /** As in `Cannot <action>`. */
  readonly action: string;
  readonly signal: AbortSignal;
}

/**
 * Runs a command of Lima and returns what it printed. Throws {@link ProvisionError} with what Lima complained about when its exit status
 * is not 0; that it is 0 says little, see https://github.com/lima-vm/lima/issues/3980
 */
export const runLimactl = async (
  limactl: Limactl,
  argv: readonly string[],
  {action, signal}: LimactlOptions,
): Promise<string> => {
  const [file = '', ...words] = limactlArgv(limactl, argv);
  const result = await execa(file, words, {
    reject: false,
    stdin: 'ignore',
    // What it starts finds its machine by this folder, and is found by it: see folder-processes.ts.
    cwd: limactl.home,
    extendEnv: false,
    env: limactlEnvironment(limactl),
    // A Ctrl-C in the terminal must reach the tool alone.
    detached: true,
    cancelSignal: signal,
    killSignal: 'SIGKILL',
  });
  signal.throwIfAborted();
  if (!result.failed) return result.stdout;
  const said = complaints(result.stderr);
  throw new ProvisionError(`Cannot ${action}: ${said || result.shortMessage}`, {
    command: ['limactl', ...argv],
    seen: result.stderr.slice(-4000),
    layer: 'lima',
    cause: result,
  });
};

/** The whole command line, with the user that runs it. */
export const limactlArgv = ({program, account}: Limactl, argv: readonly string[]): readonly string[] => [
  ...account.prefix,
  program,
  '--tty=false',
  '--log-format=json',
  ...argv,
];

const limactlEnvironment = ({account, home, qemu, runId}: Limactl): Readonly<Record<string, string>> => ({
  ...sshEnvironment,
  HOME: home,
  USER: account.name,
  LIMA_HOME: home,
  XDG_CACHE_HOME: `${home}/cache`,
  TMPDIR: home,
  PLUMBLINE_RUN: runId,
  // Lima has no key for the accelerator, and takes KVM wherever there is a file /dev/kvm: https://github.com/lima-vm/lima/issues/4152
  [`QEMU_SYSTEM_${process.arch === 'arm64' ? 'AARCH64' : 'X86_64'}`]: qemu.join(' '),
});

/** The last errors of a log in JSON, one object a line; or its last line, where it is none. */
export const complaints = (log: string): string => {
  const lines = log.trim().split('\n');
  const errors = lines.flatMap((line) => {
    try {
      const {level, msg} = JSON.parse(line) as {level?: string; msg?: string};
      return (level === 'error' || level === 'fatal') && msg !== undefined ? [msg] : [];
    } catch {
      return [];
    }
  });
  return (errors.length > 0 ? errors : lines).slice(-2).join(' | ').slice(-700);
};
