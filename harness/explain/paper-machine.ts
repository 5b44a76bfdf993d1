import {Duplex, Readable} from 'node:stream';
import type {Socket} from 'node:net';
import {PlumblineError} from '../../vms/errors.ts';
import {systemdServices} from '../../vms/guest/systemd-services.ts';
import type {ExecOptions, ExecResult, Machine, MachineReference, RunningCommand} from '../../vms/machine.ts';
import {loggedCommand} from '../levels/foreground.ts';
import type {Note, VariableName} from './note.ts';
import {paperAnswer} from './paper-answers.ts';

/**
 * A machine on paper. It notes what it is told to do and does nothing, so that the code which runs workloads can say itself what it
 * runs. What is only asked of it is answered as by a machine on which everything works.
 */
export class PaperMachine implements Machine {
  readonly reference: MachineReference;
  readonly traits: Machine['traits'] = {
    provider: 'paper',
    kernel: '',
    cgroupVersion: 2,
    cpus: 1,
    memoryBytes: 0,
    acceleration: 'none',
    slowness: 1,
    latency: 1,
    address: 'MACHINE',
    snapshots: false,
  };
  readonly services = systemdServices(this);
  readonly notes: Note[] = [];
  readonly #container: string;
  readonly #defaultSpec: string;
  readonly #files = new Map<string, string>();
  readonly #bound = new Set<VariableName>();
  /** Commands that were spawned and have not ended, the last one last. */
  readonly #running: {readonly argv: readonly string[]; readonly end: () => void}[] = [];

  /** `container`: the name that the workload is given. `defaultSpec`: what `runc spec` writes. */
  constructor(container: string, defaultSpec: string) {
    this.reference = {id: 'paper', runtimeSet: '', traits: this.traits, details: {}};
    this.#container = container;
    this.#defaultSpec = defaultSpec;
  }

  exec(argv: readonly string[], options: ExecOptions = {}): Promise<ExecResult> {
    return Promise.resolve(this.#run(argv, options, 'any'));
  }

  succeed(argv: readonly string[], options: ExecOptions = {}): Promise<string> {
    return Promise.resolve(this.#run(argv, options, 'success').stdout);
  }

  fail(argv: readonly string[], options: ExecOptions = {}): Promise<ExecResult> {
    return Promise.resolve(this.#run(argv, options, 'failure'));
  }

  spawn(argv: readonly string[]): RunningCommand {
    const logged = loggedCommand(argv);
    this.notes.push({kind: 'background', argv: logged?.argv ?? argv, ...(logged && {log: logged.log})});
    // Another container runs now, with another process and another address.
    this.#bound.clear();
    const ended = Promise.withResolvers<ExecResult>();
    this.#running.push({argv, end: () => ended.resolve({argv, ...ENDED, stdout: ''})});
    return {
      stream: new Duplex({read: () => undefined, write: (_chunk, _encoding, done) => done()}) as Socket,
      stderr: Readable.from([]),
      ended: ended.promise,
      kill: () => this.endRunning(),
    };
  }

  /** Waits for the end of what was spawned last among what still runs, if anything does, or of what `isIt` of its command line. */
  endRunning(isIt: (argv: readonly string[]) => boolean = () => true): void {
    const index = this.#running.findLastIndex(({argv}) => isIt(argv));
    const isLast = index === this.#running.length - 1;
    const [ended] = index === -1 ? [] : this.#running.splice(index, 1);
    if (ended !== undefined && isLast) {
      this.notes.push({kind: 'wait', isAlone: this.#running.length === 0});
    }
    ended?.end();
  }

  put(path: string, content: string | Uint8Array, mode = 0o644): Promise<void> {
    const text = typeof content === 'string' ? content : new TextDecoder().decode(content);
    const before = this.#files.get(path);
    this.#files.set(path, text);
    this.notes.push(
      before === undefined || !path.endsWith('.json')
        ? {kind: 'file', path, content: text, mode}
        : {kind: 'edit', path, before: JSON.parse(before), after: JSON.parse(text)},
    );
    return Promise.resolve();
  }

  get(path: string): Promise<Uint8Array> {
    const content = this.#files.get(path);
    return content === undefined
      ? Promise.reject(new PlumblineError('harness', `Cannot read "${path}" on paper: nobody wrote it`))
      : Promise.resolve(new TextEncoder().encode(content));
  }

  forwardSocket(): Promise<string> {
    return Promise.reject(new PlumblineError('harness', 'Cannot reach a socket of a machine on paper'));
  }

  dialFromOutside(): Promise<Socket> {
    return Promise.reject(new PlumblineError('harness', 'Cannot connect to a machine on paper'));
  }

  shellCommand(): never {
    throw new PlumblineError('harness', 'Cannot open a shell in a machine on paper');
  }

  evidence(): Promise<readonly string[]> {
    return Promise.resolve([]);
  }

  #run(argv: readonly string[], options: ExecOptions, outcome: Outcome): ExecResult {
    const answer = paperAnswer(argv, this.#container);
    if (answer?.binds !== undefined) {
      this.#bind(argv, answer.binds);
    } else if (answer === undefined) {
      this.#do(argv, options, outcome);
    }
    return {argv, ...ENDED, stdout: answer?.stdout ?? ''};
  }

  #bind(argv: readonly string[], {variable, filter, untilSaid = false}: Binding): void {
    if (!this.#bound.has(variable)) {
      this.#bound.add(variable);
      this.notes.push({kind: 'binding', variable, argv, untilSaid, ...(filter !== undefined && {filter})});
    }
  }

  #do(argv: readonly string[], {input, env}: ExecOptions, outcome: Outcome): void {
    const text = typeof input === 'string' ? input : new TextDecoder().decode(input);
    this.notes.push({kind: 'command', argv, outcome, ...(text !== '' && {input: text}), ...(env && {env})});
    const [, verb] = argv;
    if (verb === 'spec') {
      this.#files.set(`${argv.at(-1)}/config.json`, this.#defaultSpec);
    }
    if (verb === 'delete' || (argv.includes('kill') && argv.some((word) => ENDING_SIGNALS.has(word)))) {
      this.endRunning((spawned) => argv.slice(2).some((word) => !word.startsWith('-') && spawned.includes(word)));
    }
    if (argv[0] === 'docker' && verb === 'run') {
      this.#bound.clear();
    }
  }
}

type Outcome = Extract<Note, {kind: 'command'}>['outcome'];
type Binding = NonNullable<NonNullable<ReturnType<typeof paperAnswer>>['binds']>;

/** What a workload ends on, as a rule: signal(7). */
const ENDING_SIGNALS: ReadonlySet<string> = new Set(['SIGKILL', 'SIGTERM', 'SIGQUIT', 'SIGINT']);

const ENDED = {exitCode: 0, signal: undefined, stderr: '', durationMs: 0} as const;
