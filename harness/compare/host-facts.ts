import {isDeepStrictEqual} from 'node:util';
import {isVirtual} from './baseline-name.ts';
import {ABSENT, type SeenFacts} from './cell-facts.ts';
import type {HostRecord} from '../report/host-record.ts';
import {inSpec} from './kernel-facts.ts';
import type {LoadedRun} from './loaded-run.ts';

/** What hosts may differ in that facts follow. */
export type HostTrait =
  | 'number of processors'
  | 'memory'
  | 'mitigations of their processors'
  | 'what there is to be masked'
  | 'version of cgroups'
  | 'having AppArmor or SELinux';

/** What the hosts of two runs differ in. */
export interface UnlikeHosts {
  readonly traits: readonly HostTrait[];
  /** What runtimes mask where it is there, and not all of the hosts have. */
  readonly paths: ReadonlySet<string>;
  /** Whether one of the runs had the kernel of its host, with what is loaded into it there. */
  readonly isKernelOfHost: boolean;
}

/**
 * Facts and measurements that say as much of the host as of the runtimes. By number of processors: nginx starts a worker for each, which has
 * its memory, and cpusets are all there are. By memory: the kernel makes the limits of processes and signals from it (kernel/fork.c,
 * set_max_threads), to the last page, and another build of a kernel takes some pages more or less for itself; not those that a specification
 * sets. By mitigations: what a process is told of its own speculation is what the processor needs at all. By the version of cgroups: which files
 * there are, in which units, what of it is mounted, and whether runtimes ask for a namespace; the limit of tasks is the same file in both.
 */
const FOLLOWS: Readonly<Partial<Record<HostTrait, RegExp>>> = {
  'number of processors':
    /^(oci\.|exec\.)?process\.(cpus|memoryNodes)$|^process\.tree$|^cgroup\.cpuset\.|^processes\.cgroup$|^memory\.(workload|cgroup)$/,
  memory: /^(exec\.)?process\.rlimits\.RLIMIT_(NPROC|SIGPENDING)\./,
  'mitigations of their processors': /^(exec\.)?process\.speculation\./,
  'version of cgroups':
    /^cgroup\.(?!pids\.max$)|^(mounts|isolation\.access)\.\/sys\/fs\/cgroup|^(oci\.linux\.)?namespaces\.cgroup$|^oci\.linux\.resources\.memory\.disableOOMKiller$|^limits\.(cpuShares|update)\.|^surface\.info\.Cgroup(Version|Driver)$|^memory\.cgroup$/,
  'having AppArmor or SELinux':
    /^(exec\.)?process\.lsm$|^oci\.(process\.(apparmorProfile|selinuxLabel)|linux\.mountLabel)$|^isolation\.(exec|profileOfRunc)\.label$/,
};

/** Items of lists that follow what hosts differ in, of a list whose other items do not: nginx has two sockets for each of its workers. */
const ITEMS_FOLLOW: Readonly<Record<string, Readonly<Partial<Record<HostTrait, RegExp>>>>> = {
  'process.fds.others': {'number of processors': /^(\d+ x )?socket$/},
  'surface.info.SecurityOptions': {
    'version of cgroups': /^name=cgroupns$/,
    'having AppArmor or SELinux': /^name=(apparmor|selinux)$/,
  },
};

/** The modules that a host has loaded, in the order in which it did: that says nothing of a runtime on any host. */
const OF_MODULES = /^sysctl\.net\.ipv4\.tcp_available_(congestion_control|ulp)$/;

/** There where br_netfilter is loaded. In a virtual machine the system or a runtime has done it, on a host anyone may have. */
const OF_MODULES_OF_HOST = /^sysctl\.net\.bridge\./;

/** Whether a fact or measurement follows none of what the hosts differ in. `isSet` tells whether the cell's specification names something. */
export const isComparable = (
  fact: string,
  {traits, paths, isKernelOfHost}: UnlikeHosts,
  isSet: (path: string) => boolean = () => false,
): boolean =>
  !OF_MODULES.test(fact) &&
  !(isKernelOfHost && OF_MODULES_OF_HOST.test(fact)) &&
  !traits.some((trait) => FOLLOWS[trait]?.test(fact) && !(trait === 'memory' && isSet(inSpec(fact)))) &&
  !paths.has(pathOf(fact));

/** What docker names in a specification only where the host has it (`oci/defaults.go` of moby). Others are named on every host. */
const NAMED_WHERE_PRESENT = /\/thermal_throttle$/;

/** The path that a fact is of, where it is of one. */
const pathOf = (fact: string): string => /^(?:paths|mounts|isolation\.access)\.([^. ]*)/.exec(fact)?.[1] ?? '';

/**
 * The facts that follow none of what the hosts differ in, and of lists the items that do. `other` are those of the same cell in the
 * other run.
 */
export const comparableFacts = (seen: SeenFacts, other: SeenFacts, unlike: UnlikeHosts): SeenFacts =>
  new Map(
    [...seen]
      .filter(([fact]) => isComparable(fact, unlike, (path) => seen.has(path) || other.has(path)))
      .map(([fact, values]) => {
        const follows = itemsThatFollow(fact, unlike);
        return [fact, follows === undefined ? values : new Set([...values].map((value) => without(follows, value)))];
      }),
  );

/** Which items of a list follow what the hosts differ in, where some do. */
const itemsThatFollow = (fact: string, {traits, paths}: UnlikeHosts): ((item: string) => boolean) | undefined => {
  if (fact === 'oci.linux.maskedPaths') {
    return (item) => NAMED_WHERE_PRESENT.test(item) && paths.has(item);
  }
  const patterns = ITEMS_FOLLOW[fact];
  return patterns && ((item) => traits.some((trait) => patterns[trait]?.test(item)));
};

/** A value as it is seen: JSON, or nothing where there is none. */
const without = (follows: (item: string) => boolean, value: string): string => {
  const list: unknown = value === ABSENT ? undefined : JSON.parse(value);
  return Array.isArray(list) ? JSON.stringify(list.filter((item) => !follows(String(item)))) : value;
};

/** What the hosts of two runs, or their virtual machines, differ in. */
export const unlikeHosts = (old: LoadedRun, recent: LoadedRun): UnlikeHosts => {
  const paths = unlikePaths(old, recent);
  return {
    traits: [...unlikeTraits(old, recent), ...(paths.size === 0 ? [] : (['what there is to be masked'] as const))],
    paths,
    isKernelOfHost: hasKernelOfHost(old, recent),
  };
};

/** A sandbox has it. */
const hasKernelOfHost = (old: LoadedRun, recent: LoadedRun): boolean => !isVirtual(old) || !isVirtual(recent);

/** A virtual machine has the kernel of its runtime set, not that of the host. */
const unlikePaths = (old: LoadedRun, recent: LoadedRun): ReadonlySet<string> => {
  const hosts = [...hostsOf(old), ...hostsOf(recent)];
  if (isVirtual(old) || isVirtual(recent) || hosts.some(({maskablePaths}) => maskablePaths === undefined)) {
    return new Set();
  }
  const paths = hosts.flatMap(({maskablePaths = []}) => maskablePaths);
  return new Set(paths.filter((path) => !hosts.every(({maskablePaths}) => maskablePaths?.includes(path))));
};

const unlikeTraits = (old: LoadedRun, recent: LoadedRun): HostTrait[] => [
  ...(areAlike([...sizesOf(old, 'cpus'), ...sizesOf(recent, 'cpus')]) ? [] : (['number of processors'] as const)),
  ...(areAlike([...sizesOf(old, 'memoryBytes'), ...sizesOf(recent, 'memoryBytes')]) ? [] : (['memory'] as const)),
  ...(areAlike([...hostsOf(old), ...hostsOf(recent)].map(({mitigations}) => mitigations))
    ? []
    : (['mitigations of their processors'] as const)),
  ...unlikeKernels(old, recent),
];

/** What the kernel of a host was told when it was started. Virtual machines have their own: of two, all of it is compared. */
const unlikeKernels = (old: LoadedRun, recent: LoadedRun): HostTrait[] => {
  if (!hasKernelOfHost(old, recent)) {
    return [];
  }
  const cgroups = [old, recent].flatMap(({record}) =>
    record.machines.flatMap(({traits}) => traits['cgroupVersion'] ?? []),
  );
  // A process has a label where the kernel has one of them, be it `unconfined`: that none has is not a runtime's doing.
  const modules = [old, recent].flatMap(({observations}) =>
    [...observations.values()].flatMap(({facts}) => facts['process.lsm'] ?? []).map((label) => label !== 'none'),
  );
  return [
    ...(areAlike(cgroups) ? [] : (['version of cgroups'] as const)),
    ...(areAlike(modules) ? [] : (['having AppArmor or SELinux'] as const)),
  ];
};

/** A run that was merged has those of its parts: which of its cells ran on which is not asked. */
const hostsOf = ({record: {host, otherHosts = []}}: LoadedRun): HostRecord[] => [host, ...otherHosts];

/** Older records do not say it of machines, and those of sandboxes have what their host has. */
const sizesOf = (run: LoadedRun, trait: 'cpus' | 'memoryBytes'): unknown[] => {
  const sizes = run.record.machines.flatMap(({traits}) => traits[trait] ?? []);
  return sizes.length > 0 ? sizes : hostsOf(run).map((host) => host[trait]);
};

const areAlike = (values: readonly unknown[]): boolean => values.every((value) => isDeepStrictEqual(value, values[0]));

/**
 * Whether machines of the runs have kernels of different versions and one is that of a host, as a sandbox has it, and so no part of a runtime
 * set: what follows it says nothing of the runtimes. A virtual machine has the kernel of its set. A run that was merged may have several.
 * Another build of one version changes nothing, as far as known.
 */
export const differsByKernelOfHost = (old: LoadedRun, recent: LoadedRun): boolean =>
  hasKernelOfHost(old, recent) && !areAlike([...kernelsOf(old), ...kernelsOf(recent)]);

const kernelsOf = ({record}: LoadedRun): string[] =>
  record.machines.map(({versions}) => /^[\d.]*/.exec(versions['kernel'] ?? '')?.[0] ?? '');
