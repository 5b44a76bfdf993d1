import {ownerOfCgroup, ownerOfPath} from '../owners.ts';
import {keyOf} from '../thing.ts';
import type {Thing} from '../thing.ts';
import {networkMounts} from './namespaces.ts';
import {recordsOf, textOf} from './sections.ts';
import type {Sections} from './sections.ts';

/** Mounts of the machine's own mount namespace, without those that name a network namespace. */
export const parseMounts = (sections: Sections): Thing[] =>
  mountsOf(sections).map(({point, type, identity}) => ({
    kind: 'mount',
    identity,
    owner: ownerOfPath(point),
    detail: `mount "${point}" of type ${type}`,
    source: 'mounts',
  }));

/** What a remount changes: options of each mount, how it propagates, and options of its file system (proc_pid_mountinfo(5), fields 6, 7 and 11). */
export const parseMountOptions = (sections: Sections): Thing[] =>
  mountsOf(sections).map(({point, identity, options}) => ({
    kind: 'mount options',
    identity: `${identity} ${options}`,
    owner: ownerOfPath(point),
    detail: `options "${options}" of mount "${point}"`,
    source: 'mounts',
    partOf: keyOf({kind: 'mount', identity}),
  }));

const mountsOf = (sections: Sections) => {
  const named = new Set(networkMounts(sections));
  return recordsOf(sections, 'mounts')
    .filter((fields) => !named.has(fields))
    .map(([point = '', type = '', device = '', root = '', options = '']) => ({
      point,
      type,
      options,
      identity: `${point} (${type} ${device} ${root})`,
    }));
};

/** Folders of cgroups; with cgroup v1 the same path in several hierarchies is one thing. */
export const parseCgroups = (sections: Sections): Thing[] => {
  const hierarchies = new Map<string, string[]>();
  for (const [mount = '', path = ''] of recordsOf(sections, 'cgroups')) {
    hierarchies.set(path, [...(hierarchies.get(path) ?? []), mount.replace(/^\/sys\/fs\/cgroup\/?/, '')]);
  }
  return [...hierarchies].map(([path, mounts]) => ({
    kind: 'cgroup',
    identity: path,
    owner: ownerOfCgroup(path) ?? 'unknown',
    detail: `cgroup "${path}"${mounts.join('') && ` of ${mounts.toSorted().join(', ')}`}`,
    source: 'cgroups',
    partOf: keyOf({kind: 'cgroup', identity: parentOf(path)}),
  }));
};

/** Files of the watched folders, without those that are the name of a network namespace. */
export const parseFiles = (sections: Sections): Thing[] => {
  const named = new Set(networkMounts(sections).map(([point]) => point));
  return recordsOf(sections, 'files')
    .filter(([path]) => !named.has(path))
    .map(([path = '', type = '', size = '']) => ({
      kind: 'file',
      identity: `${path} (${type})`,
      owner: ownerOfPath(path),
      detail: `${type} "${path}"${size && ` of ${size} bytes`}`,
      source: 'files',
      partOf: keyOf({kind: 'file', identity: `${parentOf(path)} (folder)`}),
    }));
};

/** What is in the files by which a machine is configured. Lines of sha256sum(1): a path that it escapes, behind a backslash, stays so. */
export const parseFileContents = (sections: Sections): Thing[] =>
  [...textOf(sections, 'contents').matchAll(/^\\?([\da-f]{64}) [ *](.*)$/gm)].map(([, digest = '', path = '']) => ({
    kind: 'file content',
    identity: `${path} sha256:${digest}`,
    owner: ownerOfPath(path),
    detail: `content of "${path}" (sha256:${digest.slice(0, 12)}…)`,
    source: 'contents',
    partOf: keyOf({kind: 'file', identity: `${path} (file)`}),
  }));

/** Kernel settings that container software changes. */
export const parseSysctls = (sections: Sections): Thing[] =>
  recordsOf(sections, 'sysctls').map(([path = '', value = '']) => {
    const setting = `${path.replaceAll('/', '.')} = ${value}`;
    return {kind: 'sysctl', identity: setting, owner: 'unknown', detail: `sysctl "${setting}"`, source: 'sysctls'};
  });

const parentOf = (path: string): string => path.slice(0, path.lastIndexOf('/'));
