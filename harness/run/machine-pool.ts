import type {Ledger} from '../../vms/ledger/ledger.ts';
import {bake, type HeldImage} from '../../vms/image/bake.ts';
import type {BakeEvent} from '../../vms/image/bake-report.ts';
import type {ImageRecipe} from '../../vms/image/recipe.ts';
import type {MachineFile, OwnedMachine, Provider} from '../../vms/machine.ts';
import {loadRuntimeSet, type RuntimeSet} from '../../vms/runtimes/runtime-set.ts';
import {stateFolder} from '../../vms/state.ts';
import {addNeighbour} from '../network/neighbour.ts';
import type {ProgressListener} from '../report/progress.ts';
import type {MachineRecord} from '../report/run-record.ts';
import {Steps} from '../scenario/steps.ts';
import type {Lease, ReleaseRequest} from './desk-protocol.ts';
import {readVersions} from './versions.ts';

/** When a machine outlives its run. */
export type KeepMachines = 'never' | 'on-failure' | 'always';

/** What a pool makes machines of. */
export interface PoolOptions {
  readonly provider: Provider;
  readonly runId: string;
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

interface Held {
  readonly record: MachineRecord;
  /** A cell failed on it. */
  hasFailed: boolean;
  readonly set: RuntimeSet;
  readonly versions: Readonly<Record<string, string>>;
  readonly image: HeldImage;
  readonly machine: OwnedMachine;
}

/** Owns the machines of a run: one for each runtime set at a time, and a new one in the place of one that is dirty. */
export class MachinePool implements AsyncDisposable {
  readonly #options: PoolOptions;
  readonly #current = new Map<string, Promise<Held>>();
  readonly #ending = new Set<Promise<void>>();
  readonly records: MachineRecord[] = [];
  #started = 0;

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  /** A machine of this runtime set, started when there is none. */
  async lease(runtimeSet: string): Promise<Lease> {
    const {machine, image, set, versions} = await this.#currentOf(runtimeSet);
    const imageDigests = Object.fromEntries(image.images.map(({name, manifest}) => [name, manifest]));
    return {reference: machine.reference, imageDigests, versions, knownResidue: set.knownResidue};
  }

  /** Takes a machine back; one that is dirty is not leased again. */
  async release({id, dirty, failed}: ReleaseRequest): Promise<void> {
    for (const [runtimeSet, starting] of this.#current) {
      const held = await starting.catch(() => undefined);
      if (held?.machine.reference.id !== id) {
        continue;
      }
      held.hasFailed ||= failed;
      if (dirty) {
        this.#current.delete(runtimeSet);
        this.#end(held);
      }
    }
  }

  /** Throws away every machine; throws the first failure once all were tried. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const starting of this.#current.values()) {
      const held = await starting.catch(() => undefined);
      if (held !== undefined) {
        this.#end(held);
      }
    }
    this.#current.clear();
    const ended = await Promise.allSettled(this.#ending);
    const failed = ended.find((one) => one.status === 'rejected');
    if (failed !== undefined) {
      throw failed.reason;
    }
  }

  #currentOf(runtimeSet: string): Promise<Held> {
    let starting = this.#current.get(runtimeSet);
    if (starting === undefined) {
      starting = this.#start(runtimeSet);
      this.#current.set(runtimeSet, starting);
    }
    return starting;
  }

  #end({machine, image, record, hasFailed}: Held): void {
    const {keep, ledger, listener} = this.#options;
    const steps = this.#stepsOf(machine.reference.id);
    if (keep === 'always' || (keep === 'on-failure' && hasFailed)) {
      ledger.keep();
      record.kept = true;
      listener({
        type: 'note',
        sentence: `Kept the machine "${record.id}": "plumbline shell" opens a shell in it, "plumbline sweep" removes it`,
      });
      return;
    }
    const ending = (async () => {
      try {
        await steps.step('throw the machine away', async () => machine[Symbol.asyncDispose]());
      } finally {
        await image[Symbol.asyncDispose]();
      }
    })();
    ending.catch(() => undefined); // Looked at when the pool is disposed of.
    this.#ending.add(ending);
  }

  async #start(runtimeSet: string): Promise<Held> {
    const {provider, runId, recipes, files, pull, ledger, listener, signal, expectedVersions} = this.#options;
    this.#started += 1;
    const id = `${runId}-${this.#started}`;
    const set = await loadRuntimeSet(runtimeSet);
    await using undo = new AsyncDisposableStack();
    const steps = this.#stepsOf(id);
    const context = {
      signal,
      report: (event: BakeEvent) => this.#reportBake(id, steps, event),
    };
    const image = undo.use(await bake(set, recipes, {...context, pull}));
    for (const sentence of (await provider.prepare?.({image, files}, context)) ?? []) {
      listener({type: 'note', sentence});
    }
    const machine = undo.use(
      await steps.step(`start a ${provider.name} machine`, () =>
        provider.start(
          {id, runId, image, folder: stateFolder('runs', runId, `machine-${this.#started}`), files, ledger},
          signal,
        ),
      ),
    );
    const [versions] = await Promise.all([
      readVersions(machine, {...set, versions: expectedVersions ?? set.versions}),
      steps.step('add a neighbour to the machine', () => addNeighbour(machine)),
    ]);
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
    return {set, versions, image, machine, record, hasFailed: false};
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
