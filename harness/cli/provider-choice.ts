import {HostError, UsageError} from '../../vms/errors.ts';
import type {Provider} from '../../vms/machine.ts';
import {providers} from '../../vms/providers.ts';

/** A provider, and the sentences that the head of the run should say about the choice. */
export interface ProviderChoice {
  readonly provider: Provider;
  readonly notes: readonly string[];
}

/**
 * The provider that was asked for, or with `auto` the first that is usable here. Throws {@link UsageError} for an unknown name and
 * {@link HostError} when the one asked for, or every one, can't be used on this host.
 */
export const chooseProvider = async (name: string): Promise<ProviderChoice> => {
  if (name === 'auto') {
    return firstUsable();
  }
  const provider = providers.find((known) => known.name === name);
  if (provider === undefined) {
    throw new UsageError(
      `Cannot use the machine "${name}": there are auto, ${providers.map((known) => known.name).join(', ')}`,
    );
  }
  const missing = await provider.missing();
  if (missing.length > 0) {
    throw new HostError(`Cannot make machines with "${name}" on this host`, missing);
  }
  return {provider, notes: []};
};

const firstUsable = async (): Promise<ProviderChoice> => {
  const requirements = [];
  for (const provider of providers) {
    const missing = await provider.missing();
    if (missing.length === 0) {
      return {provider, notes: []};
    }
    requirements.push(...missing.map(({sentence, ...rest}) => ({sentence: `${provider.name}: ${sentence}`, ...rest})));
  }
  throw new HostError('Cannot make machines on this host, "plumbline doctor" says more', requirements);
};
