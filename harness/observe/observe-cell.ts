import {understood} from '../../vms/machine-output.ts';
import {cgroup} from './cgroup.ts';
import {credentials} from './credentials.ts';
import {devices} from './devices.ts';
import {endingFamilies} from './ending.ts';
import {execFamilies} from './exec.ts';
import type {FactFamily, FactValue, Measurement, Observation} from './fact.ts';
import {inherited} from './inherited.ts';
import {limits} from './limits.ts';
import {memory} from './memory.ts';
import {mounts} from './mounts.ts';
import {namespaces} from './namespaces.ts';
import {networkInside} from './network-inside.ts';
import {networkMachine} from './network-machine.ts';
import type {ObserveContext, Observer} from './observer.ts';
import {ociSpec} from './oci-spec.ts';
import {processes} from './process.ts';
import {reachability} from './reachability.ts';
import {takeReading, type Reading} from './reading.ts';
import {rootfs} from './rootfs.ts';
import {sensitivePaths} from './sensitive-paths.ts';
import {sysctls} from './sysctls.ts';

/** All there are. */
export const observers: readonly Observer[] = [
  ociSpec,
  credentials,
  limits,
  processes,
  inherited,
  namespaces,
  cgroup,
  mounts,
  rootfs,
  sensitivePaths,
  devices,
  sysctls,
  networkInside,
  networkMachine,
  reachability,
  memory,
];

/** Every family of facts and measurements: of the observers, and of what is done with a workload to see how it takes it. */
export const families: readonly FactFamily[] = [
  ...observers.flatMap((observer) => observer.families),
  ...execFamilies,
  ...endingFamilies,
];

/**
 * Looks at a running workload, with one command in its machine. The facts of two runs of one runtime set are identical.
 * Throws a {@link PlumblineError} of class `workload` when the workload has ended.
 */
export const observeCell = async (
  context: ObserveContext,
  {signal}: {readonly signal: AbortSignal},
): Promise<Observation> => observationOf(await takeReading(context, signal));

/** What the observers make of a reading, in alphabetical order. Throws {@link MachineError} when one can make nothing of it. */
export const observationOf = (reading: Reading): Observation => {
  const facts: Record<string, FactValue> = {};
  const measurements: Record<string, Measurement> = {};
  for (const observer of observers) {
    understood(`what the machine says of a workload's ${observer.name}`, () => {
      Object.assign(facts, observer.observe(reading));
      Object.assign(measurements, observer.measure?.(reading));
    });
  }
  return {facts: sorted(facts), measurements: sorted(measurements)};
};

/** By path. */
export const sorted = <Value>(record: Readonly<Record<string, Value>>): Record<string, Value> =>
  Object.fromEntries(Object.entries(record).sort(([one], [other]) => (one < other ? -1 : 1)));
