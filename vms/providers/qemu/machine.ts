import {createHash} from 'node:crypto';
import {existsSync} from 'node:fs';
import {copyFile, mkdir, readFile, readdir, writeFile} from 'node:fs/promises';
import type {Socket} from 'node:net';
import {join} from 'node:path';
import {z} from 'zod';
import type {RawResult} from '../../command.ts';
import {CommandError, MachineError} from '../../errors.ts';
import type {
  Endpoint,
  ExecOptions,
  ExecResult,
  Machine,
  MachineReference,
  MachineTraits,
  RunningCommand,
  ShellCommand,
  Snapshots,
} from '../../machine.ts';
import {putArgv} from '../../put-command.ts';
import {forwardSocket, remoteShell, runRemote, startRemote, type SshSession} from '../../transport/ssh-session.ts';
import {lastLines} from './console-patterns.ts';
import {awaitConsoleComplaint, ConsoleWatch} from './console-watch.ts';
import {dialThroughQemu} from './dial.ts';
import {isRunning, machineFiles} from './launch.ts';
import {readPlan, socketPaths, type MachinePlan} from './plan.ts';
import {QemuSnapshots} from './snapshots.ts';

/** What another process needs to speak to a qemu machine: all else is in its folder. */
export const qemuDetails = z.object({folder: z.string()});

const DEFAULT_TIMEOUT_MS = 60_000;
const JOURNAL_TIMEOUT_MS = 10_000;

/** A running virtual machine, entered over ssh and controlled over QMP. */
export class QemuMachine implements Machine {
  readonly reference: MachineReference;
  readonly traits: MachineTraits;
  readonly snapshots: Snapshots;
  readonly #plan: MachinePlan;
  readonly #session: SshSession;
  #console: ConsoleWatch;

  constructor(reference: MachineReference) {
    this.reference = reference;
    this.traits = reference.traits;
    this.#plan = readPlan(qemuDetails.parse(reference.details).folder);
    this.#session = {control: socketPaths(this.#plan).ssh, folder: this.#plan.folder};
    this.#console = new ConsoleWatch(this.#file(machineFiles.console));
    this.snapshots = new QemuSnapshots(this.#plan, (consoleBytes) => {
      this.#console = new ConsoleWatch(this.#file(machineFiles.console), consoleBytes);
    });
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

  spawn(argv: readonly string[], options: Pick<ExecOptions, 'env' | 'signal'> = {}): RunningCommand {
    return startRemote(this.#session, argv, options);
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
    const local = join(this.#plan.sockets, `f-${name}`);
    // The name follows from the path, so another process of the run may have made it.
    if (!existsSync(local)) await forwardSocket(this.#session, local, path);
    return local;
  }

  async dialFromOutside(endpoint: Endpoint, timeoutMs: number): Promise<Socket> {
    return dialThroughQemu(socketPaths(this.#plan).control, endpoint, AbortSignal.timeout(timeoutMs));
  }

  shellCommand(command: readonly string[]): ShellCommand {
    return remoteShell(this.#session, command);
  }

  async evidence(folder: string): Promise<readonly string[]> {
    await mkdir(folder, {recursive: true});
    const names = await readdir(this.#plan.folder).catch(() => []);
    const written = [];
    for (const name of names.filter((candidate) => EVIDENCE.test(candidate))) {
      const target = join(folder, name);
      await copyFile(this.#file(name), target);
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

  /** `undefined` when the machine can't be asked any more, which is often why there is evidence to collect. */
  async #journal(): Promise<Uint8Array | undefined> {
    if (!(await isRunning(this.#plan.folder))) return undefined;
    const timeoutMs = JOURNAL_TIMEOUT_MS * this.traits.slowness;
    return runRemote(this.#session, ['journalctl', '--boot', '--no-pager', '--output=short-precise'], {timeoutMs}).then(
      ({bytes}) => bytes,
      () => undefined,
    );
  }

  async #run(argv: readonly string[], {signal, ...options}: ExecOptions): Promise<RawResult> {
    const ended = new AbortController();
    const complaint = awaitConsoleComplaint(this.#console, ended.signal);
    try {
      const result = await runRemote(this.#session, argv, {
        timeoutMs: DEFAULT_TIMEOUT_MS * this.traits.slowness,
        ...options,
        signal: signal ? AbortSignal.any([signal, complaint]) : complaint,
      });
      const found = await this.#console.complaint();
      if (found) throw found;
      return result;
    } catch (error) {
      throw await this.#explain(argv, error);
    } finally {
      ended.abort();
    }
  }

  /** A connection that is lost has a reason: the kernel has complained, or QEMU has ended. */
  async #explain(argv: readonly string[], error: unknown): Promise<unknown> {
    const complaint = await this.#console.complaint();
    if (complaint) return complaint;
    if (!(error instanceof MachineError) || (await isRunning(this.#plan.folder))) return error;
    const console = await readFile(this.#file(machineFiles.console), 'utf8').catch(() => '');
    const said = lastLines(console);
    return new MachineError(
      `Cannot run "${argv.join(' ').slice(0, 500)}": the machine is gone, QEMU has ended${said && `, ${said}`}`,
      {
        command: argv,
        layer: 'qemu',
        seen: lastLines(console, 20),
        cause: error,
      },
    );
  }

  #file(name: string): string {
    return join(this.#plan.folder, name);
  }
}

const EVIDENCE = /^(?:console|qemu|ssh)\.(?:\d+\.)?(?:log|sh)$/u;
