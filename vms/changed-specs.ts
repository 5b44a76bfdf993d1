import type {MachineSpec, Provider} from './machine.ts';

/** A provider whose machines, and what they start from, are made by changed specs. */
export const withChangedSpecs = (
  provider: Provider,
  change: <Spec extends Pick<MachineSpec, 'image' | 'acceleration'>>(spec: Spec) => Spec,
): Provider => ({
  ...provider,
  prepare: async (spec, context) => (await provider.prepare?.(change(spec), context)) ?? [],
  start: (spec, signal) => provider.start(change(spec), signal),
});
