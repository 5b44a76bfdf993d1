import {createHash} from 'node:crypto';
import {existsSync, readdirSync, rmSync} from 'node:fs';
import {copyFile, mkdir, readFile, writeFile} from 'node:fs/promises';
import type {Socket} from 'node:net';
import {basename, join} from 'node:path';
import type {RawResult} from '../command.ts';
import {DialError} from '../dial.ts';
import {CommandError, MachineError} from '../errors.ts';
import type {
  Endpoint,
  ExecOptions,
  ExecResult,
  Machine,
  MachineReference,
  MachineTraits,
  RunningCommand,
  ShellCommand,
} from '../machine.ts';
import {putArgv} from '../put-command.ts';
import {shownCommand} from '../secret.ts';
import {forwardSocket, remoteShell, runRemote, startRemote, type SshSession} from '../transport/ssh-session.ts';
import {lastLines} from './console-patterns.ts';
import {awaitConsoleComplaint, ConsoleWatch} from './console-watch.ts';
import {systemdServices} from './systemd-services.ts';

/** How a virtual machine is entered and watched, whoever made it. */
export interface GuestAccess {
  readonly session: SshSession;
  /** Folder for Unix sockets that lead into the machine; its path must be short. */
  readonly sockets: string;
  /** File of this host that has what the machine prints on its console. */
  readonly console: string;
  /** Where the machine begins in it, in bytes, when it goes on over restores. */
  readonly consoleStart?: number;
  /** Whether the processes that the machine consists of are there. */
  readonly isRunning: () => Promise<boolean>;
  /** Files of this host that explain a failure. */
  readonly evidenceFiles: () => Promise<readonly string[]>;
  /** As {@link Machine.dialFromOutside}. */
  readonly dial: (endpoint: Endpoint, timeoutMs: number) => Promise<Socket>;
}

/** What the names of forwarded sockets begin with. */
const FORWARDED = 'f-';
const DEFAULT_TIMEOUT_MS = 60_000;
const JOURNAL_TIMEOUT_MS = 10_000;

/** A running virtual machine, entered over ssh, whose console is watched for complaints of its kernel. */
export abstract class SshMachine implements Machine {
  readonly reference: MachineReference;
  readonly traits: MachineTraits;
  readonly services = systemdServices(this);
  readonly #access: GuestAccess;
  #console: ConsoleWatch;

  protected constructor(reference: MachineReference, access: GuestAccess) {
    this.reference = reference;
    this.traits = reference.traits;
    this.#access = access;
    this.#console = new ConsoleWatch(access.console, access.consoleStart);
  }

  async exec(argv: readonly string[], options: ExecOptions = {}): Promise<ExecResult> {
    return this.#run(argv, options);
  }

  async succeed(argv: readonly string[], options: ExecOptions = {}): Promise<string> {
    const result = await this.#run(argv, options);
    if (result.exitCode !== 0) throw new CommandError(result);
    return result.stdout;
  }

  async fail(argv: readonly string[], options: ExecOptions = {}): Promise<ExecResult> {
    const result = await this.#run(argv, options);
    if (result.exitCode === 0) throw new CommandError(result, 'an exit code other than 0');
    return result;
  }

  spawn(argv: readonly string[], {env}: Pick<ExecOptions, 'env'> = {}): RunningCommand {
    return startRemote(this.#access.session, argv, env);
  }

  async put(path: string, content: string | Uint8Array, mode = 0o644): Promise<void> {
    await this.succeed(putArgv(path, mode), {input: content});
  }

  async get(path: string): Promise<Uint8Array> {
    const result = await this.#run(['cat', path], {});
    if (result.exitCode === 0) return result.bytes;
    throw new MachineError(`Cannot read "${path}" in the machine: ${result.stderr.trim()}`, {command: result.argv});
  }

  async forwardSocket(path: string): Promise<string> {
    const name = createHash('sha256').update(path).digest('hex').slice(0, 8);
    const local = join(this.#access.sockets, `${FORWARDED}${name}`);
    // The name follows from the path, so another process of the run may have made it.
    if (!existsSync(local)) await forwardSocket(this.#access.session, local, path);
    return local;
  }

  async dialFromOutside(endpoint: Endpoint, timeoutMs: number): Promise<Socket> {
    try {
      return await this.#access.dial(endpoint, timeoutMs);
    } catch (error) {
      if (error instanceof DialError) throw error;
      throw await this.#explain(`connect to "${endpoint.host}:${endpoint.port}"`, error);
    }
  }

  shellCommand(command: readonly string[]): ShellCommand {
    return remoteShell(this.#access.session, command);
  }

  async evidence(folder: string): Promise<readonly string[]> {
    await mkdir(folder, {recursive: true});
    const written = [];
    for (const file of await this.#access.evidenceFiles()) {
      const target = join(folder, basename(file));
      await copyFile(file, target);
      written.push(target);
    }
    const journal = await this.#journal();
    if (journal !== undefined) {
      const target = join(folder, 'journal.log');
      await writeFile(target, journal);
      written.push(target);
    }
    return written;
  }

  /** Tells that the machine was restored: what its console says before `consoleBytes` is not its own, and no socket leads into it. */
  protected forgetPast(consoleBytes: number): void {
    // The name of a socket is known to other processes, which would take it for one that leads somewhere.
    for (const name of readdirSync(this.#access.sockets)) {
      if (name.startsWith(FORWARDED)) rmSync(join(this.#access.sockets, name));
    }
    this.#console = new ConsoleWatch(this.#access.console, consoleBytes);
  }

  /** `undefined` when the machine can't be asked any more, which is often why there is evidence to collect. */
  async #journal(): Promise<Uint8Array | undefined> {
    if (!(await this.#access.isRunning())) return undefined;
    const timeoutMs = JOURNAL_TIMEOUT_MS * this.traits.slowness;
    const argv = ['journalctl', '--boot', '--no-pager', '--output=short-precise'];
    return runRemote(this.#access.session, argv, {timeoutMs}).then(
      ({bytes}) => bytes,
      () => undefined,
    );
  }

  async #run(argv: readonly string[], {signal, ...options}: ExecOptions): Promise<RawResult> {
    const ended = new AbortController();
    const complaint = awaitConsoleComplaint(this.#console, ended.signal);
    try {
      const result = await runRemote(this.#access.session, argv, {
        timeoutMs: DEFAULT_TIMEOUT_MS * this.traits.slowness,
        ...options,
        signal: signal ? AbortSignal.any([signal, complaint]) : complaint,
      });
      const found = await this.#console.complaint();
      if (found) throw found;
      return result;
    } catch (error) {
      throw await this.#explain(`run "${shownCommand(argv)}"`, error, argv);
    } finally {
      ended.abort();
    }
  }

  /** A connection that is lost has a reason: the kernel has complained, or QEMU has ended. */
  async #explain(action: string, error: unknown, command?: readonly string[]): Promise<unknown> {
    const complaint = await this.#console.complaint();
    if (complaint) return complaint;
    if (!(error instanceof MachineError) || (await this.#access.isRunning())) return error;
    const console = await readFile(this.#access.console, 'utf8').catch(() => '');
    const said = lastLines(console);
    return new MachineError(`Cannot ${action}: the machine is gone, QEMU has ended${said && `, ${said}`}`, {
      ...(command && {command}),
      layer: 'qemu',
      seen: lastLines(console, 20),
      cause: error,
    });
  }
}
