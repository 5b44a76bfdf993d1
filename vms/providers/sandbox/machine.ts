import {access, mkdir, readdir, copyFile} from 'node:fs/promises';
import {join} from 'node:path';
import type {Socket} from 'node:net';
import {z} from 'zod';
import type {RawResult} from '../../command.ts';
import {awaitConnection, dialArgv} from '../../dial.ts';
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
} from '../../machine.ts';
import {enterArgv, namespacesSchema} from '../../namespaces/enter.ts';
import {putArgv} from '../../put-command.ts';
import {isAlive} from '../../processes.ts';
import type {Services} from '../../services.ts';
import {AS_BOOTED} from './as-booted.ts';
import {doorOf, type Door} from './door.ts';
import {runThrough, startThrough} from './door-command.ts';
import {sandboxServices} from './services.ts';

/** What another process needs to enter a sandbox machine. */
export const sandboxDetails = namespacesSchema.extend({folder: z.string()});

const DEFAULT_TIMEOUT_MS = 60_000;
const ENVIRONMENT = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  HOME: '/root',
  LANG: 'C.UTF-8',
};

/** A running sandbox, entered through its namespaces. */
export class SandboxMachine implements Machine {
  readonly reference: MachineReference;
  readonly traits: MachineTraits;
  /** Its daemons, started as boot.sh started them first. */
  readonly services: Services;
  readonly #details: z.infer<typeof sandboxDetails>;

  constructor(reference: MachineReference) {
    this.reference = reference;
    this.traits = reference.traits;
    this.services = sandboxServices(this);
    this.#details = sandboxDetails.parse(reference.details);
  }

  async exec(argv: readonly string[], options: ExecOptions = {}): Promise<ExecResult> {
    return this.#run(argv, options);
  }

  async succeed(argv: readonly string[], options: ExecOptions = {}): Promise<string> {
    const result = await this.#run(argv, options);
    if (result.exitCode !== 0) {
      throw new CommandError(result);
    }
    return result.stdout;
  }

  async fail(argv: readonly string[], options: ExecOptions = {}): Promise<ExecResult> {
    const result = await this.#run(argv, options);
    if (result.exitCode === 0) {
      throw new CommandError(result, 'an exit code other than 0');
    }
    return result;
  }

  spawn(argv: readonly string[], {env}: Pick<ExecOptions, 'env'> = {}): RunningCommand {
    return startThrough(this.#door(argv), argv, {...ENVIRONMENT, ...env});
  }

  async put(path: string, content: string | Uint8Array, mode = 0o644): Promise<void> {
    await this.succeed(putArgv(path, mode), {input: content});
  }

  async get(path: string): Promise<Uint8Array> {
    const result = await this.#run(['cat', path], {});
    if (result.exitCode !== 0) {
      throw new MachineError(`Cannot read "${path}" in the machine: ${result.stderr.trim()}`, {command: result.argv});
    }
    return result.bytes;
  }

  async forwardSocket(path: string): Promise<string> {
    // Links are resolved inside: followed from here, an absolute one would lead into the host's own root.
    const target = (await this.succeed(['realpath', path])).trim();
    return `/proc/${this.#details.init.pid}/root${target}`;
  }

  dialFromOutside(endpoint: Endpoint, timeoutMs: number): Promise<Socket> {
    const command = this.spawn(['nsenter', '--net=/run/plumbline/outside', ...dialArgv(endpoint, timeoutMs)]);
    return awaitConnection(command, endpoint);
  }

  shellCommand(command: readonly string[]): ShellCommand {
    const argv = [...enterArgv(this.#details), ...(command.length === 0 ? ['bash'] : command)];
    return {file: AS_BOOTED, argv, env: ENVIRONMENT};
  }

  async evidence(folder: string): Promise<readonly string[]> {
    await mkdir(folder, {recursive: true});
    const logs = join(this.#details.folder, 'upper/var/log/plumbline');
    const names = await readdir(logs).catch(() => []);
    const sources = [...names.map((name) => join(logs, name)), join(this.#details.folder, 'console.log')];
    const written = [];
    for (const source of sources) {
      if (await isReadable(source)) {
        const target = join(folder, source.slice(source.lastIndexOf('/') + 1));
        await copyFile(source, target);
        written.push(target);
      }
    }
    return written;
  }

  async #run(argv: readonly string[], {env, ...options}: ExecOptions): Promise<RawResult> {
    const result = await runThrough(this.#door(argv), argv, {
      timeoutMs: DEFAULT_TIMEOUT_MS * this.traits.slowness,
      ...options,
      env: {...ENVIRONMENT, ...env},
    });
    if (result.exitCode !== 0 && !isAlive(this.#details.init)) {
      throw goneBefore(argv);
    }
    return result;
  }

  #door(argv: readonly string[]): Door {
    if (!isAlive(this.#details.init)) {
      throw goneBefore(argv);
    }
    return doorOf(this.#details);
  }
}

const goneBefore = (argv: readonly string[]): MachineError =>
  new MachineError(`Cannot run "${argv.join(' ')}": the machine is gone`, {command: argv});

const isReadable = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
