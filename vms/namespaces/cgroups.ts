import {mkdir, readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';

/** The cgroup file systems of this host that a machine gets its own part of. */
export interface HostCgroups {
  readonly version: 1 | 2;
  /** Version 1 hierarchies (and the version 2 one of a hybrid host) as they are mounted; one entry on a version 2 host. */
  readonly hierarchies: readonly {readonly mountPoint: string; readonly folder: string; readonly options: string}[];
}

/**
 * Reads which cgroup hierarchies this host has mounted in their usual place, from the text of `/proc/self/mountinfo`.
 * Format: proc_pid_mountinfo(5). Returns `undefined` when there is none.
 */
export const parseHostCgroups = (mountinfo: string): HostCgroups | undefined => {
  const mounts = mountinfo.split('\n').flatMap((line) => {
    const [before = '', after = ''] = line.split(' - ');
    const [type, , superOptions = ''] = after.split(' ');
    const [, , device = '', , mountPoint = ''] = before.split(' ');
    return (type === 'cgroup' || type === 'cgroup2') && `${mountPoint}/`.startsWith(`${PLACE}/`)
      ? [{mountPoint, device, type, superOptions}]
      : [];
  });
  const unified = mounts.find(({type, mountPoint}) => type === 'cgroup2' && mountPoint === PLACE);
  if (unified !== undefined) {
    return {version: 2, hierarchies: [{mountPoint: unified.mountPoint, folder: '', options: 'v2'}]};
  }
  // A hierarchy that is mounted twice has one device.
  const once = mounts.filter(({device}, index) => mounts.findIndex((mount) => mount.device === device) === index);
  const hierarchies = once.map(({mountPoint, type, superOptions}) => {
    const folder = mountPoint.slice(mountPoint.lastIndexOf('/') + 1);
    return {mountPoint, folder, options: type === 'cgroup2' ? 'v2' : mountOptions(superOptions)};
  });
  return hierarchies.length === 0 ? undefined : {version: 1, hierarchies};
};

const PLACE = '/sys/fs/cgroup';

/** Controllers or name of a hierarchy, without what concerns the superblock only. */
const mountOptions = (superOptions: string): string => {
  const options = superOptions
    .split(',')
    .filter(
      (option) => !['rw', 'ro', 'xattr', 'clone_children'].includes(option) && !option.startsWith('release_agent='),
    );
  return options.some((option) => option.startsWith('name=')) ? ['none', ...options].join(',') : options.join(',');
};

/** {@link parseHostCgroups} of the host this runs on. */
export const readHostCgroups = async (): Promise<HostCgroups | undefined> =>
  parseHostCgroups(await readFile('/proc/self/mountinfo', 'utf8'));

/** The folder that a machine named `name` has in each hierarchy. */
export const cgroupFolders = (cgroups: HostCgroups, name: string): string[] =>
  cgroups.hierarchies.map(({mountPoint}) => join(mountPoint, name));

/** Makes a machine's folder in each hierarchy, ready to take processes. */
export const makeCgroups = async (cgroups: HostCgroups, name: string): Promise<void> => {
  for (const {mountPoint, options} of cgroups.hierarchies) {
    const folder = join(mountPoint, name);
    if (cgroups.version === 2) {
      await handDown(mountPoint);
    }
    await mkdir(folder);
    if (options.split(',').includes('cpuset')) {
      // A version 1 cpuset takes no process until it has cpus and memory nodes (cpuset(7)).
      for (const file of ['cpuset.cpus', 'cpuset.mems']) {
        await writeFile(join(folder, file), await readFile(join(mountPoint, file)));
      }
      await writeFile(join(folder, 'cgroup.clone_children'), '1');
    }
  }
};

/**
 * Lets the cgroups below have the controllers that this one has, as a runtime does on the way down to the cgroup of a container (cgroups(7)).
 * What the kernel refuses a machine does not have, such as `cpu` on a host with real-time processes.
 */
const handDown = async (folder: string): Promise<void> => {
  const read = async (file: string): Promise<string[]> =>
    (await readFile(join(folder, file), 'utf8')).trim().split(' ');
  const given = new Set(await read('cgroup.subtree_control'));
  for (const controller of (await read('cgroup.controllers')).filter((one) => one !== '' && !given.has(one))) {
    await writeFile(join(folder, 'cgroup.subtree_control'), `+${controller}`).catch(() => undefined);
  }
};
