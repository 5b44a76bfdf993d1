import {packageRequirements} from '../../host/packages.ts';
import type {Requirement} from '../../machine.ts';
import {readHostCgroups} from '../../namespaces/cgroups.ts';
import {qemuVersion, versionRequirement} from '../qemu/program.ts';

/** The command that installs what this provider needs. */
export const REMEDY = 'npm run setup -- --vagrant';

/** What keeps this host from having machines made by Vagrant, one sentence each. */
export const missingForVagrant = async (): Promise<readonly Requirement[]> => {
  const system = unsuitableSystem();
  if (system) return [system];
  const lacking = await packageRequirements(['vagrant'], REMEDY);
  const version = lacking.length > 0 ? undefined : versionRequirement(await qemuVersion());
  const cgroups = await readHostCgroups();
  return [
    ...lacking,
    ...(version === undefined ? [] : [{...version, remedy: REMEDY}]),
    ...(cgroups === undefined
      ? [{sentence: 'No cgroup file system is mounted', remedy: 'sudo mount -t cgroup2 cgroup2 /sys/fs/cgroup'}]
      : []),
  ];
};

const unsuitableSystem = (): Requirement | undefined => {
  if (process.platform !== 'linux') return {sentence: 'Vagrant makes its machines with libvirt, and this is not Linux'};
  if (process.arch !== 'x64')
    return {sentence: `A Vagrant machine has an x86-64 processor, and this host has ${process.arch}`};
  if (process.getuid?.() === 0) return undefined;
  return {
    sentence: 'The libvirt of a machine runs in namespaces that only root may make',
    remedy: 'sudo env "PATH=$PATH" npm run scenarios -- --machine vagrant',
  };
};
