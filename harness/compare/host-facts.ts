import {isVirtual} from './baseline-name.ts';
import type {ChangedComponent} from './changed-components.ts';
import type {LoadedRun} from './loaded-run.ts';

/**
 * Facts that follow the number of processors or the memory of the host: nginx starts a worker for each processor, the kernel makes the
 * limits of processes and signals from its memory (kernel/fork.c, set_max_threads), and cpusets are all there are.
 */
const OF_HOST =
  /^(oci\.|exec\.)?process\.(rlimits\.RLIMIT_(NPROC|SIGPENDING)\.|cpus$|memoryNodes$)|^process\.tree$|^cgroup\.cpuset\./;

/** Whether a fact says as much of the host as of the runtimes. */
export const followsHost = (fact: string): boolean => OF_HOST.test(fact);

/** Whether two runs had as many processors and as much memory. Machines of one provider have what their hosts have. */
export const hadEqualHosts = ({record: old}: LoadedRun, {record: recent}: LoadedRun): boolean =>
  old.host.cpus === recent.host.cpus && Math.abs(old.host.memoryBytes / recent.host.memoryBytes - 1) < SAME_MEMORY;

/**
 * Whether the kernels are of different versions and one is that of a host, as a sandbox has it, and so no part of a runtime set: what follows
 * it says nothing of the runtimes. A virtual machine has the kernel of its set. Another build of one version changes nothing, as far as known.
 */
export const differsByKernelOfHost = (
  old: LoadedRun,
  recent: LoadedRun,
  components: readonly ChangedComponent[],
): boolean => {
  const kernel = components.find(({layer}) => layer === 'kernel');
  const isOfHost = !isVirtual(old) || !isVirtual(recent);
  return isOfHost && kernel !== undefined && versionIn(kernel.old) !== versionIn(kernel.new);
};

const versionIn = (release: string): string => /^[\d.]*/.exec(release)?.[0] ?? '';

/** Kernels take a little of the memory for themselves, some more and some less. */
const SAME_MEMORY = 0.02;
