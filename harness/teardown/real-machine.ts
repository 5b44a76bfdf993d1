import {randomUUID} from 'node:crypto';
import {bake} from '../../vms/image/bake.ts';
import {Ledger} from '../../vms/ledger/ledger.ts';
import type {Machine, Provider} from '../../vms/machine.ts';
import {providers} from '../../vms/providers.ts';
import {loadRuntimeSet} from '../../vms/runtimes/runtime-set.ts';
import {stateFolder} from '../../vms/state.ts';

/** A machine, with everything that has to go after it. */
export interface RealMachine extends AsyncDisposable {
  readonly machine: Machine;
}

/** A sandbox for tests of this folder, without any workload image. */
export const startRealMachine = async (runtimeSet: string, signal: AbortSignal): Promise<RealMachine> => {
  await using undo = new AsyncDisposableStack();
  const image = undo.use(await bake(await loadRuntimeSet(runtimeSet), [], {report: () => {}, signal}));
  const id = `residue-${randomUUID().slice(0, 8)}`;
  const ledger = undo.use(await Ledger.start(id));
  const provider = sandbox();
  const machine = undo.use(
    await provider.start({id, runId: id, image, folder: stateFolder('machines', id), files: [], ledger}, signal),
  );
  const release = undo.move();
  return {machine, [Symbol.asyncDispose]: async () => release.disposeAsync()};
};

// The kinds of things that are looked for are the same in every machine, and this one is there in under a second.
const sandbox = (): Provider => {
  const provider = providers.find(({name}) => name === 'sandbox');
  if (provider === undefined) {
    throw new Error('There is no sandbox provider');
  }
  return provider;
};
