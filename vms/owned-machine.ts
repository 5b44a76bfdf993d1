import type {Machine, OwnedMachine} from './machine.ts';

/** Gives whoever has this machine the duty to throw it away, which is to undo what was done for it. */
export const owned = (machine: Machine, undo: AsyncDisposableStack): OwnedMachine =>
  Object.assign(machine, {[Symbol.asyncDispose]: async () => undo.disposeAsync()});
