import {ProvisionError} from '../../vms/errors.ts';
import type {Machine} from '../../vms/machine.ts';
import type {RuntimeSet} from '../../vms/runtimes/runtime-set.ts';

/**
 * Asks the runtimes in a machine for their versions. Throws {@link ProvisionError} when they are not those of the runtime set:
 * whatever would be found out then would be about something else.
 */
export const readVersions = async (machine: Machine, set: RuntimeSet): Promise<Record<string, string>> => {
  const [docker, containerd, runc, crun, packages] = await Promise.all([
    machine.succeed(['dockerd', '--version']),
    machine.succeed(['containerd', '--version']),
    machine.succeed(['runc', '--version']),
    machine.exec(['crun', '--version']),
    // Fails where one of them is not installed, and lists the others.
    machine.exec([
      'dpkg-query',
      '--show',
      '--showformat=${Package} ${Version}\\n',
      'docker.io',
      'containerd',
      'runc',
      'crun',
    ]),
  ]);
  const packaged = new Map(
    packages.stdout.split('\n').map((line): [string, string | undefined] => {
      const [name = '', version] = line.split(' ');
      return [name, version];
    }),
  );
  const versions = {
    docker: withRevision(versionIn(docker), packaged.get('docker.io')),
    containerd: withRevision(versionIn(containerd), packaged.get('containerd')),
    runc: withRevision(versionIn(runc), packaged.get('runc')),
    // An alternative that a runtime set may come with; none of its versions is expected.
    ...(crun.exitCode === 0 && {
      crun: withRevision(/^crun version (\S+)/.exec(crun.stdout)?.[1] ?? 'unknown', packaged.get('crun')),
    }),
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

/** A version as its package has it, which alone tells what a distribution has patched; the program's own where that is of something else. */
const withRevision = (version: string, packaged: string | undefined): string =>
  packaged?.startsWith(`${version}-`) === true ? packaged : version;
