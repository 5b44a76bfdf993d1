import {readFile} from 'node:fs/promises';
import {HostError, PlumblineError, ProvisionError} from '../../errors.ts';
import {findComplaint, lastLines} from '../../guest/console-patterns.ts';
import {isTimeout} from './deadlines.ts';
import {NO_PORT} from './user-network.ts';

/** What is known of a start that failed. */
export interface FailedStart {
  /** As in `Cannot <action>`. */
  readonly action: string;
  /** File with what the kernel has printed. */
  readonly console: string;
  /** File with what QEMU itself has said, where it is known. */
  readonly log?: string;
  readonly argv: readonly string[];
  /** What was waited for, as in `no answer from <waitingFor>`. */
  readonly waitingFor: string;
}

/**
 * The error for a machine that did not start: what the kernel complained about, or the last lines of its console, and the command. One of
 * the host, which says what mends it, stays what it is.
 */
export const startFailure = async (
  {action, console: file, log, argv, waitingFor}: FailedStart,
  error: unknown,
): Promise<unknown> => {
  const known = error instanceof PlumblineError ? error : undefined;
  if (known instanceof HostError || (known === undefined && !isTimeout(error))) return error;
  // A QEMU that ends may be noticed by its connections first, whose error has not its words.
  if (log !== undefined && NO_PORT.test(await readFile(log, 'utf8').catch(() => ''))) return noPort(action, error);
  const console = await readFile(file, 'utf8').catch(() => '');
  const complaint = findComplaint(console);
  const state = known?.message.replace(/^Cannot [^:]*: /u, '') ?? `no answer from ${waitingFor} in time`;
  const said = complaint === undefined ? lastLines(console) : `the kernel says ${complaint.kind}, ${complaint.line}`;
  return new ProvisionError(`Cannot ${action}: ${state}${said && !state.includes(said) ? `, ${said}` : ''}`, {
    command: argv,
    seen: lastLines(console, 20) || (known?.seen ?? ''),
    layer: complaint === undefined ? (known?.layer ?? 'qemu') : 'kernel',
    cause: error,
  });
};

const noPort = (action: string, cause: unknown): HostError => {
  const state = "no port of this host's loopback is free";
  return new HostError(
    `Cannot ${action}: ${state}`,
    [{sentence: state, remedy: "end what holds them, or sysctl -w net.ipv4.ip_local_port_range='32768 60999'"}],
    {cause},
  );
};
