import {randomUUID} from 'node:crypto';
import {bake, type HeldImage} from '../image/bake.ts';
import type {ImageRecipe} from '../image/recipe.ts';
import {Ledger} from '../ledger/ledger.ts';
import type {MachineSpec, OwnedMachine, Provider} from '../machine.ts';
import {loadRuntimeSet} from '../runtimes/runtime-set.ts';
import {stateFolder} from '../state.ts';

/** Machines for tests; the root is that of the user's own cache. */
export interface RealMachines extends AsyncDisposable {
  readonly image: HeldImage;
  readonly ledger: Ledger;
  start(change?: Partial<MachineSpec>): Promise<OwnedMachine>;
}

/** Makes what machines of a provider start from. */
export const realMachines = async (
  provider: Provider,
  runtimeSet: string,
  signal: AbortSignal,
  recipes: readonly ImageRecipe[] = [],
): Promise<RealMachines> => {
  await using undo = new AsyncDisposableStack();
  const context = {report: () => {}, signal};
  const image = undo.use(await bake(await loadRuntimeSet(runtimeSet), recipes, context));
  const runId = `contract-${randomUUID().slice(0, 8)}`;
  const ledger = undo.use(await Ledger.start(runId));
  await provider.prepare?.({image, files: []}, context);
  const release = undo.move();
  return {
    image,
    ledger,
    start: async (change) => {
      const id = `${runId}-${randomUUID().slice(0, 4)}`;
      return provider.start(
        {id, runId, image, folder: stateFolder('machines', id), files: [], ledger, ...change},
        signal,
      );
    },
    [Symbol.asyncDispose]: async () => release.disposeAsync(),
  };
};
