import {MachineError} from './errors.ts';
import type {Machine, MachineReference} from './machine.ts';
import {providers} from './providers.ts';

/** A machine that another process owns. */
export const attach = (reference: MachineReference): Machine => {
  const provider = providers.find(({name}) => name === reference.traits.provider);
  if (provider === undefined) {
    throw new MachineError(
      `Cannot attach to the machine "${reference.id}": its provider "${reference.traits.provider}" is unknown`,
    );
  }
  return provider.attach(reference);
};
