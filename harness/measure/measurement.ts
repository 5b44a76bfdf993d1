import {randomUUID} from 'node:crypto';
import {median} from 'simple-statistics';
import {bake, type HeldImage} from '../../vms/image/bake.ts';
import type {BakeContext} from '../../vms/image/bake-report.ts';
import {Ledger} from '../../vms/ledger/ledger.ts';
import type {MachineTraits, OwnedMachine, Provider} from '../../vms/machine.ts';
import type {RuntimeSet} from '../../vms/runtimes/runtime-set.ts';
import {stateFolder} from '../../vms/state.ts';
import {withoutMadeDisks} from './cold-cache.ts';
import {machineMemory} from './machine-memory.ts';

/** What machines of a provider cost. Times are in milliseconds; of what was done several times it is the median. */
export interface Measurement {
  readonly provider: string;
  readonly acceleration: MachineTraits['acceleration'];
  /** From a baked root to a machine whose daemons answer, with nothing of the provider's own made before. */
  readonly coldStartMs: number;
  /** The same when all that can be kept has been. */
  readonly warmStartMs: number;
  /** Until a machine that was changed runs a command as it was started; `undefined` where machines can't be restored. */
  readonly restoreMs: number | undefined;
  /** The command `true`, there and back. */
  readonly commandMs: number;
  /** What the machine's processes on this host take, each shared page counted in parts; see {@link machineMemory}. */
  readonly memoryBytes: number;
  /** From the word to the last process and file of the machine. */
  readonly teardownMs: number;
}

/** How much is measured. */
export interface MeasurementOptions {
  readonly runtimeSet: RuntimeSet;
  /** Machines that are started warm. */
  readonly machines: number;
  /** Commands, and restores, in each of them. */
  readonly commands: number;
  readonly context: BakeContext;
}

/** Measures machines of each provider, one at a time, all of one image without a workload. */
export const measure = async (
  providers: readonly Provider[],
  options: MeasurementOptions,
  onMeasured: (measurement: Measurement) => void,
): Promise<void> => {
  await using image = await bake(options.runtimeSet, [], options.context);
  for (const provider of providers) onMeasured(await measureProvider(provider, image, options));
};

const measureProvider = async (
  provider: Provider,
  image: HeldImage,
  {machines, commands, context}: MeasurementOptions,
): Promise<Measurement> => {
  const runId = `measure-${randomUUID().slice(0, 8)}`;
  await using ledger = await Ledger.start(runId);
  const start = async (): Promise<OwnedMachine> => {
    const id = `${runId}-${randomUUID().slice(0, 4)}`;
    const folder = stateFolder('machines', id);
    return provider.start({id, runId, image, folder, files: [], ledger}, context.signal);
  };
  const cold = await withoutMadeDisks(ledger, async () => {
    const {result, durationMs} = await timed(start);
    await using machine = result;
    return {durationMs, acceleration: machine.traits.acceleration};
  });
  // Made for the next ones, outside of what is measured.
  await provider.prepare?.({image, files: []}, context);
  const starts: number[] = [];
  const restores: number[] = [];
  const roundTrips: number[] = [];
  const teardowns: number[] = [];
  const sizes: number[] = [];
  for (let index = 0; index < machines; index++) {
    const {result: machine, durationMs} = await timed(start);
    starts.push(durationMs);
    await using held = machine;
    for (let command = 0; command < commands; command++) {
      roundTrips.push((await timed(async () => held.succeed(['true']))).durationMs);
    }
    sizes.push(machineMemory(runId, held.reference.id));
    const {snapshots} = held;
    if (snapshots) {
      const restore = async (): Promise<unknown> => snapshots.restore('ready').then(async () => held.succeed(['true']));
      restores.push((await timed(restore)).durationMs);
    }
    teardowns.push((await timed(async () => held[Symbol.asyncDispose]())).durationMs);
  }
  return {
    provider: provider.name,
    acceleration: cold.acceleration,
    coldStartMs: cold.durationMs,
    warmStartMs: median(starts),
    restoreMs: restores.length > 0 ? median(restores) : undefined,
    commandMs: median(roundTrips),
    memoryBytes: median(sizes),
    teardownMs: median(teardowns),
  };
};

const timed = async <Result>(body: () => Promise<Result>): Promise<{result: Result; durationMs: number}> => {
  const startedAt = performance.now();
  const result = await body();
  return {result, durationMs: performance.now() - startedAt};
};
