import {z} from 'zod';
import {PlumblineError} from '../../vms/errors.ts';
import type {Workload} from '../scenario/workload.ts';
import type {WorkloadOptions} from '../scenario/workload-options.ts';

// Only what is edited is described; everything else is handed through as it came.
const spec = z.looseObject({
  process: z.looseObject({
    capabilities: z.record(z.string(), z.array(z.string())).optional(),
    rlimits: z.array(z.looseObject({type: z.string()})).optional(),
    user: z.looseObject({}).optional(),
  }),
  root: z.looseObject({path: z.string()}),
  mounts: z.array(z.looseObject({})).optional(),
  linux: z.looseObject({
    namespaces: z.array(z.looseObject({type: z.string()})),
    resources: z.looseObject({}).optional(),
    sysctl: z.record(z.string(), z.string()).optional(),
  }),
});

type Spec = z.infer<typeof spec>;

/**
 * Turns the spec that `runc spec` writes into one for a workload: its command, no terminal, a writable root, the capabilities it
 * needs, its options, and the network namespace at `netns`. Fields: https://github.com/opencontainers/runtime-spec/blob/main/config.md
 */
export const editSpec = (config: unknown, workload: Workload, netns: string): unknown => {
  const parsed = spec.safeParse(config);
  if (!parsed.success) {
    throw new PlumblineError('runtime', `Cannot edit the spec that runc wrote: ${z.prettifyError(parsed.error)}`, {
      layer: 'runc',
    });
  }
  const {process, root, linux, mounts} = parsed.data;
  const {options = {}} = workload;
  const namespaces = linux.namespaces.map((namespace) =>
    namespace.type === 'network' ? {...namespace, path: netns} : namespace,
  );
  return {
    ...parsed.data,
    process: {...process, ...processEdits(process, workload, options), args: workload.command, terminal: false},
    root: {...root, readonly: options.readOnlyRoot ?? false},
    ...(options.mounts && {mounts: [...(mounts ?? []), ...mountEdits(options.mounts)]}),
    linux: {
      ...linux,
      namespaces,
      ...(options.sysctls && {sysctl: {...linux.sysctl, ...options.sysctls}}),
      ...resourceEdits(linux, options),
    },
  };
};

const processEdits = (
  {capabilities = {}, rlimits = [], user}: Spec['process'],
  workload: Workload,
  options: WorkloadOptions,
): object => {
  const added = [...workload.capabilities, ...(options.addedCapabilities ?? [])];
  const limited = Object.entries(options.rlimits ?? {}).map(([type, limits]) => ({type, ...limits}));
  return {
    capabilities: Object.fromEntries(
      Object.entries(capabilities).map(([set, present]) => [set, [...new Set([...present, ...added])]]),
    ),
    ...(options.rlimits && {
      rlimits: [...rlimits.filter(({type}) => !(type in (options.rlimits ?? {}))), ...limited],
    }),
    ...((options.user ?? options.umask) !== undefined && {
      user: {...user, ...options.user, ...(options.umask !== undefined && {umask: options.umask})},
    }),
  };
};

const mountEdits = (mounts: NonNullable<WorkloadOptions['mounts']>): object[] =>
  mounts.map((mount) =>
    mount.type === 'bind'
      ? {
          destination: mount.target,
          type: 'bind',
          source: mount.source,
          options: ['rbind', mount.readOnly ? 'ro' : 'rw'],
        }
      : {destination: mount.target, type: 'tmpfs', source: 'tmpfs', options: mount.options},
  );

const resourceEdits = ({resources}: Spec['linux'], {memory, cpuShares, pids}: WorkloadOptions): object =>
  memory === undefined && cpuShares === undefined && pids === undefined
    ? {}
    : {
        resources: {
          ...resources,
          ...(memory !== undefined && {memory: {limit: memory, swap: memory}}),
          ...(cpuShares !== undefined && {cpu: {shares: cpuShares}}),
          ...(pids !== undefined && {pids: {limit: pids}}),
        },
      };
