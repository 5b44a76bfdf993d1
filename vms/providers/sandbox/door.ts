import {randomUUID} from 'node:crypto';
import {spawnSync, type SpawnSyncOptions} from 'node:child_process';
import {closeSync, openSync} from 'node:fs';
import {Socket} from 'node:net';
import {constants} from 'node:os';
import {join} from 'node:path';
import {createInterface} from 'node:readline';
import {requireNoNul} from '../../command.ts';
import {MachineError} from '../../errors.ts';
import type {ExecResult} from '../../machine.ts';
import {enterArgv, type Namespaces} from '../../namespaces/enter.ts';
import {AS_BOOTED} from './as-booted.ts';

const PROGRAM = join(import.meta.dirname, 'door.pl');

type CommandEnd = Pick<ExecResult, 'exitCode' | 'signal'>;

/** A command that was started through a {@link Door}. */
export interface DoorCommand {
  /** `undefined` where it was not to have any. */
  readonly stdin: Socket | undefined;
  /** Takes standard input as well where that was to be joined with it. */
  readonly stdout: Socket;
  readonly stderr: Socket;
  /** Never rejects; a command that was lost with the machine ends with SIGKILL. */
  readonly ended: Promise<CommandEnd>;
  /** Sends a signal to the command and to what it started, as long as that stayed in its process group. */
  readonly kill: (signal: 'SIGTERM' | 'SIGKILL') => void;
}

/** Where the standard input of a command comes from; see door.pl. */
export type CommandInput = 'own' | 'null' | 'joined';

/** The way of this thread into a machine: a process in its namespaces that starts commands; see door.pl. */
export class Door {
  readonly #folder: number;
  readonly #path: string;
  readonly #control: Socket;
  readonly #ends = new Map<number, (end: CommandEnd) => void>();
  #last = 0;
  isOpen = true;

  /** `folder`: the machine's own on this host. `enter`: the command that goes before a command to run it in the machine. */
  constructor(folder: string, enter: readonly string[]) {
    // A path of a Unix socket has at most 107 bytes, and that of a folder may have more.
    this.#folder = openSync(folder, 'r');
    this.#path = `/proc/${process.pid}/fd/${this.#folder}/door-${randomUUID()}`;
    // Not for long: it goes to the background as soon as connections are taken.
    const {status, stderr, error} = spawnSync('perl', [PROGRAM, 'listen', this.#path, ...enter], SPAWN_OPTIONS);
    if (status !== 0) {
      closeSync(this.#folder);
      throw new MachineError(`Cannot enter the machine: ${error?.message ?? String(stderr).trim()}`);
    }
    this.#control = this.#connect();
    this.#control.unref();
    this.#control.once('close', () => this.#close());
    createInterface({input: this.#control}).on('line', (line) => this.#end(line));
  }

  /** Starts a command with this environment and no other. Throws a {@link PlumblineError} for an argument that has a NUL in it. */
  start(argv: readonly string[], env: Readonly<Record<string, string>>, input: CommandInput): DoorCommand {
    requireNoNul(argv);
    this.#last += 1;
    const id = this.#last;
    const stdin = input === 'own' ? this.#connect() : undefined;
    const [stdout, stderr] = [this.#connect(), this.#connect()];
    const {promise: ended, resolve} = Promise.withResolvers<CommandEnd>();
    if (this.#ends.size === 0) this.#control.ref();
    this.#ends.set(id, resolve);
    const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`);
    this.#ask('run', id, input, String(variables.length), ...variables, ...argv);
    let open = 2;
    const forget = (): void => {
      open -= 1;
      if (open === 0) this.#ask('forget', id);
    };
    stdout.once('close', forget);
    stderr.once('close', forget);
    return {stdin, stdout, stderr, ended, kill: (signal) => this.#ask('kill', id, signal)};
  }

  #connect(): Socket {
    // Connected when this returns, so that the order of connections is that of the calls.
    return new Connection().connect(this.#path);
  }

  #ask(verb: string, id: number, ...fields: readonly string[]): void {
    if (!this.isOpen) return;
    const text = Buffer.from([verb, id, ...fields].join('\0'));
    const length = Buffer.alloc(4);
    length.writeUInt32BE(text.length);
    this.#control.write(Buffer.concat([length, text]));
  }

  #end(line: string): void {
    const [id, status] = line.split(' ').map(Number) as [number, number];
    // As wait(2) says it: the number of a signal in the lower seven bits, an exit code above the eighth.
    const number = status & 0x7f;
    const signal = number === 0 ? undefined : (SIGNALS.get(number) ?? `SIG${number}`);
    this.#ends.get(id)?.({exitCode: signal === undefined ? status >> 8 : undefined, signal});
    this.#ends.delete(id);
    if (this.#ends.size === 0) this.#control.unref();
  }

  #close(): void {
    this.isOpen = false;
    closeSync(this.#folder);
    for (const resolve of this.#ends.values()) resolve({exitCode: undefined, signal: 'SIGKILL'});
    this.#ends.clear();
  }
}

/** A connection that is over when the other side is gone, as a pipe is: reset or not, there is nothing more to come. */
class Connection extends Socket {
  override _destroy(_error: Error | null, done: (error?: Error | null) => void): void {
    super._destroy(null, done);
  }
}

const doors = new Map<string, Door>();

/** The door of this thread to a machine; opened when it is first asked for. */
export const doorOf = ({folder, ...namespaces}: Namespaces & {readonly folder: string}): Door => {
  const known = doors.get(folder);
  if (known?.isOpen) {
    return known;
  }
  // It stays in the process namespace of the host, so that the machine does not see it.
  const door = new Door(folder, [AS_BOOTED, ...enterArgv(namespaces, '--no-fork')]);
  doors.set(folder, door);
  return door;
};

const SPAWN_OPTIONS: SpawnSyncOptions = {
  stdio: ['ignore', 'ignore', 'pipe'],
  env: {PATH: process.env['PATH'] ?? '/usr/sbin:/usr/bin:/sbin:/bin'},
};

/** Names by number, those of real-time signals not among them. Of two for one number the first is the usual one. */
const SIGNALS: ReadonlyMap<number, string> = new Map(
  Object.entries(constants.signals)
    .map(([name, number]) => [number, name] as const)
    .toReversed(),
);
