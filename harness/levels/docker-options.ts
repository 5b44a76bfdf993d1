import type {WorkloadOptions} from '../scenario/workload-options.ts';

/** What dockerd's configuration calls the OCI runtime of `--runc`, its default one then. It does not take `runc` for another path. */
export const RUNTIME_UNDER_TEST = 'candidate';

/**
 * The options of a workload as `HostConfig` of the Engine API.
 * https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Container/operation/ContainerCreate
 */
export const dockerHostConfig = ({
  privileged,
  readOnlyRoot,
  seccomp,
  addedCapabilities,
  rlimits,
  memory,
  cpuShares,
  pids,
  sysctls,
  mounts = [],
}: WorkloadOptions): Readonly<Record<string, unknown>> => ({
  ...(privileged && {Privileged: true}),
  ...(readOnlyRoot && {ReadonlyRootfs: true}),
  ...(seccomp === false && {SecurityOpt: ['seccomp=unconfined']}),
  ...(addedCapabilities && {CapAdd: addedCapabilities}),
  ...(rlimits && {
    Ulimits: Object.entries(rlimits).map(([name, {soft, hard}]) => ({Name: ulimitName(name), Soft: soft, Hard: hard})),
  }),
  ...(memory !== undefined && {Memory: memory, MemorySwap: memory}),
  ...(cpuShares !== undefined && {CpuShares: cpuShares}),
  ...(pids !== undefined && {PidsLimit: pids}),
  ...(sysctls && {Sysctls: sysctls}),
  Binds: mounts.flatMap((mount) =>
    mount.type === 'bind' ? [`${mount.source}:${mount.target}${mount.readOnly ? ':ro' : ''}`] : [],
  ),
  Tmpfs: Object.fromEntries(
    mounts.flatMap((mount) => (mount.type === 'tmpfs' ? [[mount.target, mount.options.join(',')]] : [])),
  ),
});

/** The options of a workload as flags of `docker run`. https://docs.docker.com/reference/cli/docker/container/run/ */
export const dockerOptionFlags = ({
  privileged,
  readOnlyRoot,
  seccomp,
  addedCapabilities = [],
  user,
  rlimits = {},
  memory,
  cpuShares,
  pids,
  sysctls = {},
  mounts = [],
}: WorkloadOptions): string[] => [
  ...(privileged ? ['--privileged'] : []),
  ...(readOnlyRoot ? ['--read-only'] : []),
  ...(seccomp === false ? ['--security-opt', 'seccomp=unconfined'] : []),
  ...addedCapabilities.flatMap((name) => ['--cap-add', name]),
  ...(user === undefined ? [] : ['--user', `${user.uid}:${user.gid}`]),
  ...Object.entries(rlimits).flatMap(([name, {soft, hard}]) => ['--ulimit', `${ulimitName(name)}=${soft}:${hard}`]),
  ...(memory === undefined ? [] : ['--memory', String(memory), '--memory-swap', String(memory)]),
  ...(cpuShares === undefined ? [] : ['--cpu-shares', String(cpuShares)]),
  ...(pids === undefined ? [] : ['--pids-limit', String(pids)]),
  ...Object.entries(sysctls).flatMap(([name, value]) => ['--sysctl', `${name}=${value}`]),
  ...mounts.flatMap((mount) =>
    mount.type === 'bind'
      ? ['--volume', `${mount.source}:${mount.target}${mount.readOnly ? ':ro' : ''}`]
      : ['--tmpfs', `${mount.target}:${mount.options.join(',')}`],
  ),
];

/** docker calls `RLIMIT_NOFILE` `nofile`. */
const ulimitName = (name: string): string => name.replace('RLIMIT_', '').toLowerCase();
