import type {Socket} from 'node:net';
import type {Readable} from 'node:stream';
import type {BakeContext} from './image/bake-report.ts';
import type {Ledger} from './ledger/ledger.ts';
import type {Services} from './services.ts';

/** How a command in a machine ended, and what it printed. */
export interface ExecResult {
  readonly argv: readonly string[];
  /** Exit status, or `undefined` when a signal ended the command. */
  readonly exitCode: number | undefined;
  /** Name of the signal that ended the command, for instance `SIGKILL`. */
  readonly signal: string | undefined;
  /** UTF-8; bytes that are not UTF-8 become U+FFFD. Cut at `maxBytes`. */
  readonly stdout: string;
  readonly stderr: string;
  /** Wall time from spawn to exit, in milliseconds. */
  readonly durationMs: number;
}

/** Options of {@link Machine.exec}. */
export interface ExecOptions {
  /** Fed to standard input, which is empty otherwise. */
  readonly input?: string | Uint8Array;
  /** Added to the machine's own small environment (`PATH`, `HOME`, `LANG`). */
  readonly env?: Readonly<Record<string, string>>;
  /** Ends the command, with everything it started, after this many milliseconds. Default: 60 000, times the machine's `slowness`. */
  readonly timeoutMs?: number;
  /** Ends the command when aborted. */
  readonly signal?: AbortSignal;
  /** Ends the command, with everything it started, when it prints more bytes than this on one stream, which is cut there. Default: 32 MiB. */
  readonly maxBytes?: number;
}

/** A command of this host, with its whole environment but for `TERM`. */
export interface ShellCommand {
  readonly file: string;
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** A command that is still running, with its streams. */
export interface RunningCommand {
  /** Standard input and output as one stream. */
  readonly stream: Socket;
  readonly stderr: Readable;
  /** Settles when the command has ended; never rejects. `stdout` and `stderr` are empty, since the streams carried them. */
  readonly ended: Promise<ExecResult>;
  kill(): void;
}

/** A TCP endpoint, as addressed inside the machine. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/** How the processor of a virtual machine is made: by the host's own, through its kernel, or by emulation. */
export type Acceleration = 'kvm' | 'hvf' | 'tcg';

/** Facts about a machine: plain data, the same for the life of the machine. */
export interface MachineTraits {
  /** Name of the provider that made it. */
  readonly provider: string;
  /** `uname -r` inside. */
  readonly kernel: string;
  readonly cgroupVersion: 1 | 2;
  /** How many processors it has; a sandbox has all of its host's. */
  readonly cpus: number;
  /** How much memory it was given; a sandbox has all of its host's. */
  readonly memoryBytes: number;
  /** `none` where no processor is emulated or virtualised, as in a sandbox. */
  readonly acceleration: 'none' | Acceleration;
  /** How many times slower than the host itself a command may be; deadlines are multiplied by it. */
  readonly slowness: number;
  /** How many times longer than on the host itself an answer over the network may take: a silence is believed after so many times as long. */
  readonly latency: number;
  /** IPv4 address at which the world outside reaches the machine. */
  readonly address: string;
  /** Whether `snapshot` and `restore` work on it. */
  readonly snapshots: boolean;
}

/**
 * Everything another process needs to speak to a machine it does not own; plain JSON.
 * `details` belongs to the provider and is validated by its `attach`.
 */
export interface MachineReference {
  readonly id: string;
  /** How many times it was restored since it was started; told by its owner. Default: 0. */
  readonly restores?: number;
  readonly runtimeSet: string;
  readonly traits: MachineTraits;
  readonly details: Readonly<Record<string, unknown>>;
}

/** A machine with the runtimes installed and their daemons answering. */
export interface Machine {
  readonly reference: MachineReference;
  readonly traits: MachineTraits;
  /** Its daemons. */
  readonly services: Services;

  /** Runs a command as root and reports; never throws on its exit status. Throws {@link MachineError} when the machine can't run it at all. */
  exec(argv: readonly string[], options?: ExecOptions): Promise<ExecResult>;
  /** Runs a command that must exit with 0 and returns its standard output. Throws {@link CommandError} otherwise. */
  succeed(argv: readonly string[], options?: ExecOptions): Promise<string>;
  /** Runs a command that must not exit with 0. Throws {@link CommandError} when it does. */
  fail(argv: readonly string[], options?: ExecOptions): Promise<ExecResult>;
  /** Starts a command and hands out its streams while it runs. */
  spawn(argv: readonly string[], options?: Pick<ExecOptions, 'env'>): RunningCommand;

  /** Writes a file in the machine, creating its folder; mode 0644 unless told. */
  put(path: string, content: string | Uint8Array, mode?: number): Promise<void>;
  /** Reads a file of the machine. Throws {@link MachineError} when it is not there. */
  get(path: string): Promise<Uint8Array>;

  /** Path on this host of a Unix socket that leads to the socket at `path` in the machine. */
  forwardSocket(path: string): Promise<string>;
  /**
   * A TCP connection from the outside of the machine, as another host that uses the machine as its gateway would open it.
   * No port is opened on this host. It gives up after `timeoutMs`. Rejects with an `Error` whose `code` is `ECONNREFUSED`, `ETIMEDOUT`, `EHOSTUNREACH`, `ENETUNREACH` or `ECONNRESET`,
   * and with a {@link MachineError} when it could not be tried.
   */
  dialFromOutside(endpoint: Endpoint, timeoutMs: number): Promise<Socket>;

  /** The command of this host that runs `command` in the machine for a person at a terminal; a shell when it is empty. */
  shellCommand(command: readonly string[]): ShellCommand;

  /** Copies what explains a failure (console, logs of the daemons) into a folder of this host; returns the files written. */
  evidence(folder: string): Promise<readonly string[]>;

  readonly snapshots?: Snapshots;
}

/** The optional power of a machine to become again what it was; there when its traits say `snapshots`. */
export interface Snapshots {
  /** Keeps the machine as it is now, running commands and all, under a name, until it is thrown away. */
  snapshot(name: string): Promise<void>;
  /**
   * Makes the machine what it was under this name, with its clock set right; `ready` is as it was started. Commands that run are lost, and
   * so are forwarded sockets. Throws {@link MachineError} when there is no such snapshot, or what came back is not it.
   */
  restore(name: string): Promise<void>;
}

/** A machine together with the duty to throw it away. */
export interface OwnedMachine extends Machine, AsyncDisposable {}

/** What a machine is to be made of. */
export interface MachineSpec {
  /** Unique on this host; part of every name the provider gives. */
  readonly id: string;
  readonly runId: string;
  /** The baked root it starts from. */
  readonly image: BakedImage;
  /** Host folder for what belongs to this machine alone; made and removed by the provider. */
  readonly folder: string;
  /** Put into the machine before its daemons start. */
  readonly files: readonly MachineFile[];
  /**
   * Shell script that makes a machine what its user expects. Whoever starts or restores the machine runs it, unless the provider says
   * {@link Provider.setsUp}. Run again, it must do nothing.
   */
  readonly setUp?: string;
  /** Written before anything is made on the host, so that another process can undo it. */
  readonly ledger: Ledger;
  /** Taken instead of what the provider would find out; only for providers with a processor to accelerate. */
  readonly acceleration?: Acceleration;
  /** Size of the machine, for providers with machines that have one. Default: the provider's. */
  readonly memoryMiB?: number;
}

/** A file that a machine is to have from its start. */
export interface MachineFile {
  readonly path: string;
  readonly content: string | Uint8Array;
  readonly mode: number;
}

/** The result of a bake: what a provider starts a machine from. */
export interface BakedImage {
  readonly runtimeSet: string;
  /**
   * Folders of the cache that make up the root file system, topmost first, in the sense of overlayfs `lowerdir`; never written to.
   * The last one is the whole Debian root, those above it add files such as the registry's content.
   */
  readonly layers: readonly [string, ...string[]];
  /**
   * Folder with what `/var/lib/docker` and `/var/lib/containerd` of a machine begin with, in folders `docker` and `containerd`: the images
   * of the registry, pulled; absent where there are none. Not a layer, since it has overlays in it, whose marks another overlay would take
   * for its own.
   */
  readonly stores?: string;
  /** The image whose kernel a machine with one of its own boots. Default: this one. */
  readonly kernelOf?: BakedImage;
  /** Content hash of everything that went in. */
  readonly key: string;
}

/** Makes machines. */
export interface Provider {
  readonly name: string;
  /** Its machines have no kernel of their own but that of this host. Default: false. */
  readonly sharesKernel?: boolean;
  /** `acceleration` of a spec means something to it. Default: false. */
  readonly accelerates?: boolean;
  /** Runs {@link MachineSpec.setUp} by itself, before it takes the snapshot that its machines start from. Default: false. */
  readonly setsUp?: boolean;
  /** What a machine takes of this host while it is at work. Default: that of a virtual machine. */
  readonly footprint?: Footprint;
  /** One sentence per thing that keeps this host from running such machines, with the command that mends it; empty when usable. */
  missing(): Promise<readonly Requirement[]>;
  /**
   * Makes what machines of this image start from and are not themselves (a disk, a snapshot), which `start` does as well where it is missing.
   * Returns sentences worth a line in the head of a run.
   */
  prepare?(
    spec: Pick<MachineSpec, 'image' | 'files' | 'setUp' | 'acceleration' | 'memoryMiB'>,
    context: BakeContext,
  ): Promise<readonly string[]>;
  /** Sentences, without a final period, on what machines would be like here, as far as that is known without making one. */
  outlook?(): Promise<readonly string[]>;
  /** Starts a machine whose daemons answer, or leaves nothing behind. */
  start(spec: MachineSpec, signal: AbortSignal): Promise<OwnedMachine>;
  /** The same machine from another process. */
  attach(reference: MachineReference): Machine;
}

/** What a machine takes of its host. */
export interface Footprint {
  /** Processors that it keeps busy on average. */
  readonly cpus: number;
  readonly memoryMiB: number;
}

/** Something a host lacks. */
export interface Requirement {
  /** What is missing, as a sentence without a final period. */
  readonly sentence: string;
  /** The command that mends it, where there is one. */
  readonly remedy?: string;
}
