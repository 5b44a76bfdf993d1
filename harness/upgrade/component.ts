import {UsageError} from '../../vms/errors.ts';
import type {RuntimeSet} from '../../vms/runtimes/runtime-set.ts';
import type {ServiceName} from '../../vms/services.ts';

/** The parts of the stack that can be upgraded one at a time, from the lowest to the highest. */
export const components = ['runc', 'containerd', 'docker'] as const;

export type Component = (typeof components)[number];

/** Packages of Debian that a component is in; which of them there are depends on the suite. */
const PACKAGES: Readonly<Record<Component, readonly [main: string, ...others: string[]]>> = {
  runc: ['runc'],
  containerd: ['containerd'],
  docker: ['docker.io', 'docker-cli'],
};

/** The daemon of a component, where it has one. */
const SERVICE: Readonly<Partial<Record<Component, ServiceName>>> = {containerd: 'containerd', docker: 'dockerd'};

/**
 * The packages of a runtime set that make up these components. Throws {@link UsageError} when it has none of one of them, as a set
 * with packages of another vendor has.
 */
export const packagesOf = ({name, packages}: RuntimeSet, asked: readonly Component[]): string[] =>
  asked.flatMap((component) => {
    const present = PACKAGES[component].filter((one) => packages.includes(one));
    if (present.length === 0) {
      throw new UsageError(
        `Cannot upgrade ${component} to "${name}": its packages have none of ${PACKAGES[component].join(', ')}`,
      );
    }
    return present;
  });

/** The components that these packages are of, from the lowest to the highest. */
export const componentsIn = (installed: readonly string[]): Component[] =>
  components.filter((component) => installed.includes(PACKAGES[component][0]));

/** The versions a machine has after an upgrade that installed these packages. */
export const versionsAfter = (
  from: RuntimeSet,
  to: RuntimeSet,
  installed: readonly string[],
): RuntimeSet['versions'] => {
  const upgraded = componentsIn(installed);
  const versionOf = (component: Component): string => (upgraded.includes(component) ? to : from).versions[component];
  return {docker: versionOf('docker'), containerd: versionOf('containerd'), runc: versionOf('runc')};
};

/**
 * The daemons to restart once these packages were installed, in the order in which a distribution does: containerd's package has its
 * daemon restarted, and dockerd, which is its client, comes after it.
 */
export const servicesToRestart = (installed: readonly string[]): ServiceName[] =>
  componentsIn(installed).flatMap((component) => SERVICE[component] ?? []);
