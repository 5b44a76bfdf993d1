import type {Ledger} from '../../vms/ledger/ledger.ts';
import {bake, type HeldImage} from '../../vms/image/bake.ts';
import type {BakeEvent} from '../../vms/image/bake-report.ts';
import type {ImageRecipe} from '../../vms/image/recipe.ts';
import type {Machine, MachineFile, MachineSpec, OwnedMachine, Provider} from '../../vms/machine.ts';
import {loadRuntimeSet, type RuntimeSet} from '../../vms/runtimes/runtime-set.ts';
import {stateFolder} from '../../vms/state.ts';
import {setUpScript} from './set-up.ts';
import {FailureOnSet, flattened} from '../report/failure.ts';
import type {ProgressListener} from '../report/progress.ts';
import type {MachineRecord} from '../report/run-record.ts';
import {Steps} from '../scenario/steps.ts';
import type {KeepRequest, Lease, LeaseRequest, ReleaseRequest} from './desk-protocol.ts';
import {readVersions} from './versions.ts';

/** When a machine outlives its run. */
export type KeepMachines = 'never' | 'on-failure' | 'always';

/** What a pool makes machines of. */
export interface PoolOptions {
  readonly provider: Provider;
  readonly runId: string;
  /** What names the run on the command line. */
  readonly runArgument: string;
  readonly runStartedAt: number;
  readonly recipes: readonly ImageRecipe[];
  readonly files: readonly MachineFile[];
  /** Versions to find instead of those of the runtime set. */
  readonly expectedVersions?: RuntimeSet['versions'];
  readonly pull: boolean;
  /** Whether a machine outlives the run: never, when a cell failed on it, or always. */
  readonly keep: KeepMachines;
  readonly ledger: Ledger;
  readonly listener: ProgressListener;
  readonly signal: AbortSignal;
}

/** Machines that are kept as cells that failed have left them: each has its memory and its disk. */
const MOST_LEFT_AS_IS = 3;

interface Held {
  readonly lane: string;
  readonly record: MachineRecord;
  readonly set: RuntimeSet;
  readonly versions: Readonly<Record<string, string>>;
  readonly image: HeldImage;
  readonly machine: OwnedMachine;
  readonly steps: Steps;
  /** The scenario file that it was leased for last. */
  file: string;
  restores: number;
}

/** What machines of a runtime set start from. */
interface Material {
  readonly set: RuntimeSet;
  readonly image: HeldImage;
}

const SET_UP = 'add a neighbour to the machine';

/** Owns the machines of a run: one for each lane at a time, and a new one in the place of one that is dirty. */
export class MachinePool implements AsyncDisposable {
  readonly #options: PoolOptions;
  /** By the name of their lane: machines that are started or starting. */
  readonly #current = new Map<string, Promise<Held>>();
  /** By their id: those that are started, and are not being thrown away. */
  readonly #held = new Map<string, Held>();
  readonly #material = new Map<string, Promise<Material>>();
  readonly #ending = new Set<Promise<void>>();
  /** Ids of machines that are kept as a cell left them that failed, or was stopped, with its name. */
  readonly #leftAsIs = new Map<string, string>();
  readonly records: MachineRecord[] = [];
  #started = 0;

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  /** The machine of a lane, started when there is none, and where it can be made what it was at first for each scenario file. */
  async lease(request: LeaseRequest): Promise<Lease> {
    // A signal that comes before Vitest's run begins ends no cell: Vitest forgets then that it was told to stop.
    this.#options.signal.throwIfAborted();
    const held = await this.#currentOf(request);
    if (held.file !== request.file && !(await this.#renew(held, request))) return this.lease(request);
    const {machine, image, set, versions, restores} = held;
    const imageDigests = Object.fromEntries(image.images.map(({name, manifest}) => [name, manifest]));
    return {reference: {...machine.reference, restores}, imageDigests, versions, knownResidue: set.knownResidue};
  }

  /** Throws away the machine of a lane that has no more cells, one that is still starting as soon as it has started. */
  endLane(lane: string): void {
    const starting = this.#current.get(lane);
    if (starting === undefined) return;
    this.#current.delete(lane);
    this.#endAtLast(
      starting.then(
        (held) => this.#end(held),
        () => {}, // It was told to who asked for it.
      ),
    );
  }

  /** Takes a machine back; one that is dirty is not leased again. */
  release({id, dirty}: ReleaseRequest): void {
    const held = this.#held.get(id);
    if (held !== undefined && dirty) this.#giveUp(held);
  }

  /** Whether a machine is to stay as a cell that failed has left it. The first ones are: whoever looks at three will not look at a fourth. */
  keepAsItIs({id, cell}: KeepRequest): boolean {
    if (this.#leftAsIs.has(id)) return true;
    if (this.#options.keep === 'never' || this.#leftAsIs.size >= MOST_LEFT_AS_IS) return false;
    this.leave({id, cell});
    return true;
  }

  /** Keeps a machine as this cell leaves it, whatever becomes of others. */
  leave({id, cell}: KeepRequest): void {
    this.#leftAsIs.set(id, cell);
  }

  /** Throws away every machine; throws what failed once all were tried. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const lane of this.#current.keys()) {
      this.endLane(lane);
    }
    // One that was starting when a signal came adds what it could not undo.
    for (let known = -1; known < this.#ending.size;) {
      known = this.#ending.size;
      await Promise.allSettled(this.#ending);
    }
    const ended = await Promise.allSettled([...this.#ending, this.#noteWhatIsKept()]);
    for (const material of this.#material.values()) {
      await (await material.catch(() => undefined))?.image[Symbol.asyncDispose]();
    }
    const errors = ended.filter((one) => one.status === 'rejected').map(({reason}) => reason as unknown);
    if (errors.length > 0) {
      throw new AggregateError(errors, 'Cannot throw machines away');
    }
  }

  /** Only once the others are gone: should this process be killed before, the next run sweeps nothing of a ledger that says so. */
  async #noteWhatIsKept(): Promise<void> {
    if (this.records.some(({kept}) => kept)) this.#options.ledger.keep();
  }

  #currentOf(request: LeaseRequest): Promise<Held> {
    let starting = this.#current.get(request.lane);
    if (starting === undefined) {
      starting = this.#startOrTell(request);
      this.#current.set(request.lane, starting);
    }
    return starting;
  }

  /** Makes a machine what it was at first, where it can be made that. Returns false when that failed: the lane has none then. */
  async #renew(held: Held, {file}: LeaseRequest): Promise<boolean> {
    held.file = file;
    const {machine, steps} = held;
    const {snapshots} = machine;
    if (snapshots === undefined) return true;
    try {
      await steps.step('restore the machine', () => snapshots.restore('ready'));
      held.restores += 1;
      await this.#setUp(machine, steps);
      return true;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#options.listener({type: 'note', sentence: `The machine "${held.record.id}" is replaced: ${reason}`});
      this.#giveUp(held);
      return false;
    }
  }

  async #setUp(machine: Machine, steps: Steps): Promise<void> {
    if (!this.#options.provider.setsUp) await steps.step(SET_UP, () => machine.succeed(['sh', '-c', setUpScript]));
  }

  /** Throws away a machine whose lane goes on with another. */
  #giveUp(held: Held): void {
    this.#current.delete(held.lane);
    this.#endAtLast(this.#end(held));
  }

  /** What ends is waited for when the pool is disposed of. */
  #endAtLast(ending: Promise<void>): void {
    ending.catch(() => undefined); // Looked at then.
    this.#ending.add(ending);
  }

  async #end({machine, record, steps}: Held): Promise<void> {
    const {keep, listener, runArgument} = this.#options;
    this.#held.delete(record.id);
    const cell = this.#leftAsIs.get(record.id);
    if (keep === 'always' || cell !== undefined) {
      record.kept = true;
      const asLeft = cell === undefined ? '' : ` as "${cell}" left it`;
      listener({
        type: 'note',
        sentence: `Kept the machine "${record.id}"${asLeft}: "npx plumbline shell ${runArgument}" opens a shell in it, "npx plumbline sweep" removes it`,
      });
      return;
    }
    try {
      await steps.step('throw the machine away', async () => machine[Symbol.asyncDispose]());
    } catch (error) {
      throw new FailureOnSet(record.runtimeSet, error);
    }
  }

  /** What machines of this set start from, made once however many there are. */
  #materialOf(runtimeSet: string, id: string, steps: Steps): Promise<Material> {
    let making = this.#material.get(runtimeSet);
    if (making === undefined) {
      making = this.#makeMaterial(runtimeSet, id, steps);
      this.#material.set(runtimeSet, making);
    }
    return making;
  }

  async #makeMaterial(runtimeSet: string, id: string, steps: Steps): Promise<Material> {
    const {provider, recipes, pull, listener, signal} = this.#options;
    const set = await loadRuntimeSet(runtimeSet);
    const context = {signal, report: (event: BakeEvent) => this.#reportBake(id, steps, event)};
    await using undo = new AsyncDisposableStack();
    const image = undo.use(await bake(set, recipes, {...context, pull}));
    for (const sentence of (await provider.prepare?.({image, ...this.#shape()}, context)) ?? []) {
      listener({type: 'note', sentence});
    }
    undo.move();
    return {set, image};
  }

  /** What all machines of the run have in common besides their image. */
  #shape(): Pick<MachineSpec, 'files' | 'setUp'> {
    return {files: this.#options.files, setUp: setUpScript};
  }

  /** Who asked is told why there is no machine; what could not be thrown away of it is told at the end. */
  async #startOrTell(request: LeaseRequest): Promise<Held> {
    try {
      return await this.#start(request);
    } catch (error) {
      const [why, ...ofUndoing] = flattened(error);
      for (const one of ofUndoing) this.#endAtLast(Promise.reject(new FailureOnSet(request.runtimeSet, one)));
      throw why;
    }
  }

  async #start({runtimeSet, file, lane}: LeaseRequest): Promise<Held> {
    const {provider, runId, ledger, listener, signal, expectedVersions} = this.#options;
    this.#started += 1;
    const [id, folder] = [`${runId}-${this.#started}`, stateFolder('runs', runId, `machine-${this.#started}`)];
    await using undo = new AsyncDisposableStack();
    const steps = this.#stepsOf(id);
    const {set, image} = await this.#materialOf(runtimeSet, id, steps);
    const machine = undo.use(
      await steps.step(`start a ${provider.name} machine`, () =>
        provider.start({id, runId, image, folder, ledger, ...this.#shape()}, signal),
      ),
    );
    const [versions] = await Promise.all([
      readVersions(machine, {...set, versions: expectedVersions ?? set.versions}),
      this.#setUp(machine, steps),
    ]);
    signal.throwIfAborted();
    const record: MachineRecord = {
      id,
      runtimeSet,
      image: image.key,
      traits: {...machine.traits},
      details: {...machine.reference.details},
      kept: false,
      versions,
      steps: steps.records,
    };
    this.records.push(record);
    listener({type: 'machine-ready', machine: record});
    undo.move();
    const held = {lane, set, versions, image, machine, record, steps, file, restores: 0};
    this.#held.set(id, held);
    return held;
  }

  #reportBake(id: string, steps: Steps, event: BakeEvent): void {
    if (event.type === 'note') {
      this.#options.listener(event);
    } else if (event.type === 'step-started') {
      this.#options.listener({type: 'step-started', scope: id, title: event.title});
    } else {
      steps.add(event.title, event.durationMs, event.held ? 'passed' : 'failed');
    }
  }

  #stepsOf(id: string): Steps {
    return new Steps(id, this.#options.runStartedAt, this.#options.listener);
  }
}
