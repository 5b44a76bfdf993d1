import {z} from 'zod';

const absolutePath = z.string().startsWith('/');

const mount = z.discriminatedUnion('type', [
  /** A folder of the machine, with all that is mounted below it. */
  z.strictObject({
    type: z.literal('bind'),
    source: absolutePath,
    target: absolutePath,
    readOnly: z.boolean().optional(),
  }),
  /** `options` as in tmpfs(5), for instance `size=64k`. */
  z.strictObject({type: z.literal('tmpfs'), target: absolutePath, options: z.array(z.string())}),
]);

/**
 * How a workload is to be run beyond its defaults, in one form for all levels. What a level has no word for is in `level-facts.ts`: a
 * scenario that asks for it there is refused.
 */
export const workloadOptions = z.strictObject({
  /** All capabilities and devices, nothing masked or read-only, no filter. */
  privileged: z.boolean().optional(),
  readOnlyRoot: z.boolean().optional(),
  /** Whether the level's own filter of system calls is on: docker's is by default, ctr's is not, runc has none. */
  seccomp: z.boolean().optional(),
  /** Beside those that the level gives by itself. */
  addedCapabilities: z.array(z.string().startsWith('CAP_')).optional(),
  /** Ids of user and group. */
  user: z.strictObject({uid: z.int().nonnegative(), gid: z.int().nonnegative()}).optional(),
  umask: z.int().min(0).max(0o777).optional(),
  /** By name, as `RLIMIT_NOFILE`; in the unit of setrlimit(2). */
  rlimits: z
    .record(
      z.string().regex(/^RLIMIT_[A-Z]+$/, 'a name such as RLIMIT_NOFILE'),
      z.strictObject({soft: z.int().nonnegative(), hard: z.int().nonnegative()}),
    )
    .optional(),
  /** Bytes of memory, without swap in them. */
  memory: z.int().positive().optional(),
  /** In the scale of cgroup version 1, in which 1024 is the default. */
  cpuShares: z.int().min(2).max(262_144).optional(),
  pids: z.int().positive().optional(),
  /** By name, as `net.core.somaxconn`. */
  sysctls: z.record(z.string(), z.string()).optional(),
  mounts: z.array(mount).optional(),
});

export type WorkloadOptions = z.infer<typeof workloadOptions>;

/** Name of an option. */
export type OptionName = keyof WorkloadOptions;
