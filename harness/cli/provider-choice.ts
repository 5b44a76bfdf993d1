import {Option} from 'commander';
import {HostError, UsageError} from '../../vms/errors.ts';
import {withChangedSpecs} from '../../vms/changed-specs.ts';
import type {Acceleration, Provider, Requirement} from '../../vms/machine.ts';
import {providers} from '../../vms/providers.ts';

/** How the processor of a virtual machine may be made. */
export const accelerations = ['kvm', 'hvf', 'tcg'] as const satisfies readonly Acceleration[];

/** The flag with which a person says it. */
export const accelerationOption = (): Option =>
  new Option('--accel <kind>', 'how the processor of a virtual machine is made; default: found out by trial').choices(
    accelerations,
  );

/** A provider, and the sentences that the head of the run should say about the choice. */
export interface ProviderChoice {
  readonly provider: Provider;
  readonly notes: readonly string[];
}

/**
 * The provider that was asked for, or with `auto` the first that is usable here; a note says when that is none with a virtual machine.
 * With an acceleration only one that can be told how its processor is made, and all its machines are made so.
 * Throws {@link UsageError} for an unknown name and
 * {@link HostError} when the one asked for, or every one, can't be used on this host.
 */
export const chooseProvider = async (name: string, acceleration?: Acceleration): Promise<ProviderChoice> => {
  const able =
    acceleration === undefined
      ? providers
      : providers
          .filter(({accelerates}) => accelerates)
          .map((one) => withChangedSpecs(one, (spec) => ({...spec, acceleration})));
  if (name === 'auto') {
    return firstUsable(able);
  }
  if (!providers.some((known) => known.name === name)) {
    throw new UsageError(
      `Cannot use the machine "${name}": there are auto, ${providers.map((known) => known.name).join(', ')}`,
    );
  }
  const provider = able.find((known) => known.name === name);
  if (provider === undefined) {
    const names = able.map((known) => `"${known.name}"`).join(', ');
    throw new UsageError(`Cannot use --accel with the machine "${name}": only ${names} take it`);
  }
  const missing = await provider.missing();
  if (missing.length > 0) {
    throw new HostError(`Cannot make machines with "${name}" on this host`, missing);
  }
  return {provider, notes: []};
};

/** Exported for its tests. */
export const firstUsable = async (candidates: readonly Provider[] = providers): Promise<ProviderChoice> => {
  const requirements: Requirement[] = [];
  for (const provider of candidates) {
    const missing = await provider.missing();
    if (missing.length === 0) {
      return {provider, notes: provider.sharesKernel ? [sharedKernelNote(provider, requirements)] : []};
    }
    requirements.push(...missing.map(({sentence, ...rest}) => ({sentence: `${provider.name}: ${sentence}`, ...rest})));
  }
  throw new HostError('Cannot make machines on this host, "plumbline doctor" says more', requirements);
};

/** Who asked for nothing in particular wants a kernel of its own, so that there is none is worth a line. */
const sharedKernelNote = ({name}: Provider, requirements: readonly Requirement[]): string => {
  const reasons = requirements.map(({sentence, remedy}) =>
    remedy === undefined ? sentence : `${sentence} (${remedy})`,
  );
  return `No virtual machine can be made here, ${reasons.join('; ')}: machines are made with "${name}" and share this host's kernel`;
};
