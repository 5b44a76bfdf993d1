import {existsSync} from 'node:fs';
import {readFile} from 'node:fs/promises';
import {cpus, release, totalmem, type as systemType} from 'node:os';
import {z} from 'zod';

/**
 * What the kernel does about processors that speculate, in its words, by the name of the file; its answers differ by processor. Sources:
 * `Documentation/ABI/testing/sysfs-devices-system-cpu`, `Documentation/userspace-api/spec_ctrl.rst` of the Linux kernel.
 */
const VULNERABILITIES = '/sys/devices/system/cpu/vulnerabilities';

/** Those that a process may choose for itself: the lines `Speculation_Store_Bypass` and `SpeculationIndirectBranch` of proc_pid_status(5). */
const OF_A_PROCESS = ['spec_store_bypass', 'spectre_v2'] as const;

/**
 * What some runtime hides from containers or makes read-only, and not every kernel has: runc takes what it finds, and docker names the last one
 * only where it is.
 * `cpu{n}` stands for every processor. Sources: `oci/defaults.go` of moby, `pkg/oci/spec.go` of containerd.
 */
const MASKED_WHERE_PRESENT = [
  '/proc/acpi',
  '/proc/asound',
  '/proc/interrupts',
  '/proc/kcore',
  '/proc/keys',
  '/proc/latency_stats',
  '/proc/sched_debug',
  '/proc/scsi',
  '/proc/sysrq-trigger',
  '/proc/timer_list',
  '/proc/timer_stats',
  '/sys/devices/virtual/powercap',
  '/sys/firmware',
  '/sys/devices/system/cpu/cpu{n}/thermal_throttle',
];

/** The host that a run was made on. */
export const hostRecord = z.object({
  system: z.string(),
  kernel: z.string(),
  cpus: z.number().int(),
  memoryBytes: z.number().int(),
  /** By name of the vulnerability. Empty where the kernel tells none, absent in a run of an older version. */
  mitigations: z.record(z.string(), z.string()).optional(),
  /** Paths that this kernel has and some runtime masks. Absent in a run of an older version. */
  maskablePaths: z.array(z.string()).optional(),
});

/** The host that a run was made on. */
export type HostRecord = z.infer<typeof hostRecord>;

/** Looks at this host. */
export const recordHost = async (): Promise<HostRecord> => ({
  system: systemType(),
  kernel: release(),
  cpus: cpus().length,
  memoryBytes: totalmem(),
  mitigations: Object.fromEntries((await Promise.all(OF_A_PROCESS.map(readMitigation))).flat()),
  maskablePaths: MASKED_WHERE_PRESENT.filter((path) => existsSync(path.replace('{n}', '0'))),
});

const readMitigation = async (name: string): Promise<[name: string, answer: string][]> => {
  try {
    return [[name, (await readFile(`${VULNERABILITIES}/${name}`, 'utf8')).trim()]];
  } catch {
    // Another system than Linux, or a kernel older than the file.
    return [];
  }
};
