import {readFile} from 'node:fs/promises';
import {createInterface} from 'node:readline';
import {MachineError} from '../../vms/errors.ts';
import type {Machine, MachineTraits, RunningCommand} from '../../vms/machine.ts';
import {NEIGHBOUR_NETNS} from '../network/neighbour.ts';
import type {Workload} from '../scenario/workload.ts';
import type {Sample} from './outage.ts';

const INTERVAL_MS = 100;
/** A request without an answer after so many milliseconds has failed; times the machine's latency. */
const TIMEOUT_MS = 1000;

/**
 * Milliseconds between two requests to one target of a machine. Where answers take long, so many requests would be what its processors do, and
 * an outage be as long as they make it.
 */
export const probeIntervalMs = ({latency}: Pick<MachineTraits, 'latency'>): number => INTERVAL_MS * latency;

/** Where probes are sent from: the machine's own network namespace, or another host on its network. */
export type ProbeVantage = 'machine' | 'neighbour';

/** What is asked for an answer, from where. */
export interface ProbeTarget {
  /** Unique; without spaces and `=`. */
  readonly name: string;
  readonly vantage: ProbeVantage;
  /** IPv4 address and port, as seen from the vantage. */
  readonly host: string;
  readonly port: number;
}

const PROGRAM = '/run/plumbline/prober.pl';

/**
 * Asks targets over and over, each time over a new connection, from inside the machine: one small process per vantage, since a request that
 * costs the start of a process would, ten times a second for each target, slow down what it measures.
 */
export class Prober implements AsyncDisposable {
  readonly #commands: readonly RunningCommand[];
  readonly #samples = new Map<string, Sample[]>();
  readonly #stderr: string[] = [];
  #isEnding = false;
  /** Set when a prober ended that was not told to. */
  #failure: MachineError | undefined;

  private constructor(commands: readonly RunningCommand[]) {
    this.#commands = commands;
  }

  /** Starts probing. Throws {@link MachineError} when a prober does not start. */
  static async start(machine: Machine, targets: readonly ProbeTarget[], answer: Workload['answer']): Promise<Prober> {
    await machine.put(PROGRAM, await readFile(new URL('guest/prober.pl', import.meta.url)));
    const byVantage = [...Map.groupBy(targets, ({vantage}) => vantage)];
    const prober = new Prober(
      byVantage.map(([vantage, some]) => machine.spawn(proberArgv(vantage, some, answer, machine.traits))),
    );
    await Promise.all(prober.#commands.map((command) => prober.#follow(command)));
    return prober;
  }

  /**
   * What was found out so far, in the order in which the requests ended. Throws {@link MachineError} when a prober ended by itself: its last
   * answers would stand for all that it did not ask.
   */
  samplesOf({name}: ProbeTarget): readonly Sample[] {
    if (this.#failure !== undefined) {
      throw this.#failure;
    }
    return this.#samples.get(name) ?? [];
  }

  /** Forgets what was found out so far. */
  forget(): void {
    this.#samples.clear();
  }

  /** Lets the requests that are under way come to their end. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isEnding = true;
    for (const {stream} of this.#commands) {
      stream.end();
    }
    await Promise.all(this.#commands.map(({ended}) => ended));
  }

  /** Resolves when the prober says that it is ready. */
  #follow({stream, stderr, ended}: RunningCommand): Promise<void> {
    stderr.on('data', (text: Buffer) => this.#stderr.push(text.toString()));
    return new Promise((resolve, reject) => {
      createInterface({input: stream}).on('line', (line) => {
        if (line === 'ready') {
          resolve();
        } else {
          const {name, ...sample} = parseSample(line);
          const samples = this.#samples.get(name) ?? [];
          samples.push(sample);
          this.#samples.set(name, samples);
        }
      });
      void ended.then(() => this.#noteEnd(reject));
    });
  }

  #noteEnd(reject: (error: MachineError) => void): void {
    if (!this.#isEnding) {
      this.#failure ??= new MachineError(`Cannot probe: the prober ended, ${this.#stderr.join('').trim()}`);
      reject(this.#failure);
    }
  }
}

/** The command line of a prober; see guest/prober.pl. */
export const proberArgv = (
  vantage: ProbeVantage,
  targets: readonly ProbeTarget[],
  {status, contains}: Workload['answer'],
  traits: Pick<MachineTraits, 'latency'>,
): string[] => [
  ...(vantage === 'machine' ? [] : ['nsenter', `--net=${NEIGHBOUR_NETNS}`]),
  'perl',
  PROGRAM,
  String(probeIntervalMs(traits)),
  String(TIMEOUT_MS * traits.latency),
  String(status),
  contains,
  ...targets.map(({name, host, port}) => `${name}=${host}:${port}`),
];

/** Reads a line of a prober. */
export const parseSample = (line: string): Sample & {readonly name: string} => {
  const [name = '', sentMs, tookMs, outcome, reason = ''] = line.split('\t');
  return {
    name,
    sentMs: Number(sentMs),
    tookMs: Number(tookMs),
    failure: outcome === 'ok' ? undefined : reason || 'unknown reason',
  };
};
