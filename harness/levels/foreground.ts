import {setTimeout} from 'node:timers/promises';
import {PlumblineError} from '../../vms/errors.ts';
import type {Machine} from '../../vms/machine.ts';

/**
 * A client that runs a container in the foreground, as people do in a terminal: the container lives as long as it does, and its
 * exit code is the container's. What the container writes goes to a file of the machine.
 */
export interface ForegroundContainer {
  /** Exit code of the container, once it has ended; 128 + N after signal N. */
  readonly ended: Promise<number>;
  /** `undefined` as long as it runs. */
  readonly exitCode: () => number | undefined;
  logs(): Promise<string>;
}

// Constant text; what is run comes as arguments. In a session of its own it outlives the tool, as in a machine that is kept.
const INTO_FILE = 'log=$1; shift; exec setsid --wait "$@" >"$log" 2>&1';

const withLog = (argv: readonly string[], log: string): string[] => ['sh', '-c', INTO_FILE, 'sh', log, ...argv];

/** The command and the log of what {@link startInForeground} spawns; `undefined` for any other command. */
export const loggedCommand = ([, , script, , log = '', ...argv]: readonly string[]):
  | {readonly argv: readonly string[]; readonly log: string}
  | undefined => (script === INTO_FILE ? {argv, log} : undefined);

/** Starts `argv` with its output going to the file `log`. */
export const startInForeground = (machine: Machine, argv: readonly string[], log: string): ForegroundContainer => {
  let code: number | undefined;
  const command = machine.spawn(withLog(argv, log));
  // Nothing comes, and what no one reads is never closed.
  for (const output of [command.stream, command.stderr]) output.resume();
  const ended = command.ended.then(({exitCode}) => {
    code = exitCode ?? 255;
    return code;
  });
  return {ended, exitCode: () => code, logs: () => machine.succeed(['cat', log])};
};

/** How to know that a container runs. */
export interface Starting {
  readonly machine: Pick<Machine, 'traits'>;
  readonly container: ForegroundContainer;
  /** The layer that is to blame when it does not start. */
  readonly layer: string;
  readonly argv: readonly string[];
  /** What the client's own last line looks like when it failed, and not the workload. */
  readonly complaint: RegExp;
  /** Process id of the container's init when the runtime calls it running. */
  readonly runningPid: () => Promise<number | undefined>;
  readonly signal: AbortSignal;
}

/** Waits until the runtime calls the container running; throws what the client said when it ended before. Returns its pid. */
export const untilRunning = async ({
  machine,
  container,
  layer,
  argv,
  complaint,
  runningPid,
  signal,
}: Starting): Promise<number> => {
  const pauseMs = PAUSE_MS * machine.traits.latency;
  for (;;) {
    await Promise.race([setTimeout(pauseMs, undefined, {signal}), container.ended]);
    // Looked at before the runtime is asked: a container that came and went in between must not be waited for.
    const exitCode = container.exitCode();
    const pid = await runningPid();
    if (pid !== undefined) {
      return pid;
    }
    if (exitCode !== undefined) {
      throw earlyEnd(argv, exitCode, await container.logs(), {layer, complaint});
    }
  }
};

/** To ask a runtime takes a process of its own, which the start of the container would have to share the processors with. */
const PAUSE_MS = 25;

/** The failure of a container that ended before it was seen running: its own, unless the client complains. */
const earlyEnd = (
  argv: readonly string[],
  exitCode: number,
  logs: string,
  {layer, complaint}: Pick<Starting, 'layer' | 'complaint'>,
): PlumblineError => {
  const lines = logs.trim().split('\n').slice(-5);
  const said = lines.join(' | ');
  const isClients = complaint.test(lines.at(-1) ?? '');
  return new PlumblineError(
    isClients ? 'runtime' : 'workload',
    `Cannot run "${argv.join(' ')}": it ended with exit code ${exitCode}${said && `, ${said}`}`,
    {
      layer: isClients ? layer : 'workload',
      command: argv,
      expected: 'a running container',
      seen: said || `exit code ${exitCode}`,
    },
  );
};

/** Waits for the end of a container. Rejects with the signal's reason. */
export const exitCodeOf = async (container: ForegroundContainer, signal: AbortSignal): Promise<number> => {
  signal.throwIfAborted();
  let abort = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(signal.reason as Error);
    signal.addEventListener('abort', abort, {once: true});
  });
  try {
    return await Promise.race([container.ended, aborted]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
};
