import type {ExecResult, Machine} from '../../vms/machine.ts';
import type {CellRecord} from '../report/run-record.ts';
import type {NetworkMode} from '../network/network-mode.ts';
import type {Steps} from '../scenario/steps.ts';
import type {Workload} from '../scenario/workload.ts';

/** Who is asked to run a workload. */
export type LevelName = CellRecord['level'];

/** What a level starts a workload with. */
export interface LevelContext {
  readonly machine: Machine;
  readonly workload: Workload;
  readonly network: NetworkMode;
  /** Path in the machine of the OCI runtime to use at this level; the level's own choice when absent. */
  readonly ociRuntime: string | undefined;
  readonly steps: Steps;
  /** Folder of this host, private to the run, with a short path: sockets fit in it. */
  readonly scratch: string;
  readonly signal: AbortSignal;
  /** Found in the machine, by component; empty where there is none, as on paper. */
  readonly versions: Readonly<Record<string, string>>;
}

/** Starts workloads whose image is in the level's store. */
export interface Level {
  readonly name: LevelName;
  /** Starts the workload, or leaves nothing behind. */
  start(context: LevelContext): Promise<RunningWorkload>;
}

/** What a runtime says of a workload. */
export type WorkloadState = 'running' | 'stopped';

/** How a command is to run beside a workload. */
export interface ExecInside {
  /** User and group in numbers, `1234:1234`; that of the workload when absent. */
  readonly user?: string;
}

/** A workload that was started. Disposing of it removes it and everything that was made for it, running or not. */
export interface RunningWorkload extends AsyncDisposable {
  /** Name at its runtime. */
  readonly name: string;
  /** Process id, in the machine, of the workload's init. */
  readonly pid: number;
  /** Folder in the machine with the `config.json` that the OCI runtime was given. */
  readonly bundle: string;
  /** IPv4 address in its network namespace, where it has one that others can try. */
  readonly address: string | undefined;
  /** Digest of the manifest of the image that really runs. */
  readonly imageDigest: string;

  /** What the runtime says, not what is hoped. */
  state(): Promise<WorkloadState>;
  /** Everything it has written to standard output and standard error so far. */
  logs(): Promise<string>;
  /**
   * Runs a command in the container, through the runtime, and waits for its end. The exit code is that of the runtime's client, which
   * is the command's own where that was started at all.
   */
  exec(argv: readonly string[], options?: ExecInside): Promise<ExecResult>;
  /** Sends a signal such as `SIGTERM` to its init, through the runtime. */
  kill(signal: string): Promise<void>;
  /** Waits for its end; returns the exit code as the runtime reports it, 128 + N after signal N. */
  waitForExit(signal: AbortSignal): Promise<number>;
}

/** Name that a workload is given at every level. */
export const containerName = ({name}: Workload): string => `plumbline-${name}`;
