import type {Difference} from './difference.ts';

/** What a kernel makes by itself, in which facts, and how these then change. */
interface KernelRule {
  readonly fact: RegExp;
  /** Each of the changes, as compare prints them. Default: any. */
  readonly change?: RegExp;
  /** Not where a cell has this fact, which is of the specification: then it is for the runtime to make it so. */
  readonly unlessSet?: (fact: string) => string;
}

/** The kernel has it in one of the runs alone. */
const CAME_OR_WENT = /^(now|was) /;

/** Settings that runtimes and plugins of CNI write in a namespace of their own accord. */
const WRITTEN_BY_RUNTIMES =
  'disable_ipv6|forwarding|ip_forward|accept_ra|accept_dad|arp_notify|ndisc_notify|proxy_arp|proxy_ndp|rp_filter|route_localnet|ip_unprivileged_port_start|ping_group_range|hostname|domainname';

/** Where the specification names what a fact of a process says, be it of the workload's or of a command beside it. */
export const inSpec = (fact: string): string => fact.replace(/^(exec\.)?process/, 'oci.process');

const RULES: readonly KernelRule[] = [
  // Which settings a namespace has, and what they are in a new one.
  {fact: /^sysctl\./, change: CAME_OR_WENT},
  {fact: new RegExp(`^sysctl\\.(?!.*\\.(${WRITTEN_BY_RUNTIMES})$)`), unlessSet: (fact) => `oci.linux.${fact}`},
  // A filter answers ENOSYS for calls that it does not know: as a kernel does that lacks them. EPERM is the filter's own word.
  {fact: /^isolation\.calls\./, change: /^(as the kernel -> ENOSYS|ENOSYS -> as the kernel)$/},
  {fact: /^isolation\.kernel\.missingCalls$/},
  // Made from the memory that the kernel has left: kernel/fork.c, set_max_threads.
  {fact: /^(exec\.)?process\.rlimits\.RLIMIT_(NPROC|SIGPENDING)\./, unlessSet: inSpec},
  // MLOCK_LIMIT of include/uapi/linux/resource.h is larger since Linux 5.16.
  {
    fact: /^(exec\.)?process\.rlimits\.RLIMIT_MEMLOCK\./,
    change: /^(65536 -> 8388608|8388608 -> 65536)$/,
    unlessSet: inSpec,
  },
  // Files of a controller. That a workload is without the whole controller shows in those of its path or in cgroup.controllers.
  {fact: /^cgroup\.(?!path\.|devices\.|cgroup\.(controllers|subtree_control|type)$)/, change: CAME_OR_WENT},
  // Controllers that are younger than the runtimes' use of cgroups, and limit nothing that these are asked for.
  {
    fact: /^cgroup\.cgroup\.(controllers|subtree_control)$/,
    change: /^(.*?)( (misc|dmem))* -> \1( (misc|dmem))*$/,
  },
  // What file systems say of themselves and nobody asked for.
  {
    fact: /^mounts\..*\.options$/,
    change:
      /^[+-](inode(32|64)|(uuid|xino|index|metacopy|redirect_dir|nfs_export)=\w+|memory_(recursiveprot|hugetlb_accounting))$/,
  },
  // Files that not every kernel has.
  {fact: /^(paths|isolation\.access)\.\/(proc|sys)\//, change: /^absent -> | -> absent$/},
  {fact: /^network\.links\..*\.offload$/},
  {fact: /^process\.hugePages$/, change: CAME_OR_WENT},
  {fact: /^process\.coredumpFilter$/},
  // A process that never asked for a priority: get_current_ioprio of block/ioprio.c.
  {
    fact: /^(exec\.)?process\.ioPriority$/,
    change: /^(none 0 -> best-effort 4|best-effort 4 -> none 0)$/,
    unlessSet: (fact) => `${inSpec(fact)}.class`,
  },
  // How the kernel counts pages, and how many it takes for a file or a huge page at once.
  {fact: /^memory\./},
];

/**
 * Of differences those that a kernel can make by itself, with no runtime behind them. Everything else is what some runtime made or did not make,
 * whatever kernel it ran on: its specification, rights, filters, namespaces, who is reached, how it ends.
 */
export const madeByKernel = (
  differences: readonly Difference[],
  factsOf: (difference: Difference) => readonly ReadonlySet<string>[],
): ReadonlySet<Difference> => {
  const isMade = (difference: Difference): boolean =>
    RULES.some(
      ({fact, change, unlessSet}) =>
        fact.test(difference.fact) &&
        difference.changes.every((one) => change?.test(one) ?? true) &&
        !factsOf(difference).some((facts) => unlessSet !== undefined && facts.has(unlessSet(difference.fact))),
    );
  const made = new Set(differences.filter(isMade));
  // A mask needs something that it can be put over.
  const lacking = new Set([...made].filter(({fact}) => fact.startsWith('paths.')).map(({fact}) => fact.slice(6)));
  const masks = differences.filter(
    ({fact, kind}) => kind !== 'changed' && lacking.has(/^mounts\.(.*)\.\w+$/.exec(fact)?.[1] ?? ''),
  );
  return new Set([...made, ...masks]);
};
