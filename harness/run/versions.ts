import {ProvisionError} from '../../vms/errors.ts';
import type {Machine} from '../../vms/machine.ts';
import type {RuntimeSet} from '../../vms/runtimes/runtime-set.ts';

/**
 * Asks the runtimes in a machine for their versions. Throws {@link ProvisionError} when they are not those of the runtime set:
 * whatever would be found out then would be about something else.
 */
export const readVersions = async (machine: Machine, set: RuntimeSet): Promise<Record<string, string>> => {
  const [docker, containerd, runc, crun] = await Promise.all([
    machine.succeed(['dockerd', '--version']),
    machine.succeed(['containerd', '--version']),
    machine.succeed(['runc', '--version']),
    machine.exec(['crun', '--version']),
  ]);
  const versions = {
    docker: versionIn(docker),
    containerd: versionIn(containerd),
    runc: versionIn(runc),
    // An alternative that a runtime set may come with; none of its versions is expected.
    ...(crun.exitCode === 0 && {crun: /^crun version (\S+)/.exec(crun.stdout)?.[1] ?? 'unknown'}),
    kernel: machine.traits.kernel,
  };
  for (const component of ['docker', 'containerd', 'runc'] as const) {
    const expected = set.versions[component];
    if (!versions[component].startsWith(expected)) {
      throw new ProvisionError(
        `Cannot use the machine "${machine.reference.id}": its ${component} is "${versions[component]}", and the runtime set "${set.name}" says "${expected}"`,
      );
    }
  }
  return versions;
};

/** The first thing in a text that looks like a version, with what a distribution appends. */
export const versionIn = (text: string): string => /\d+\.\d+\.\d+[^\s,]*/.exec(text)?.[0] ?? 'unknown';
