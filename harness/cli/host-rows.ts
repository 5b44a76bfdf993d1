import type {HostFacts} from '../../vms/host/facts.ts';
import type {FeatureState, KernelFeature} from '../../vms/host/kernel-features.ts';
import type {MissingPackage} from '../../vms/host/packages.ts';

/** One requirement and how this host meets it. `missing` keeps every machine from being made, `warning` may. */
export interface HostRow {
  readonly name: string;
  readonly state: 'fine' | 'warning' | 'missing';
  readonly text: string;
  /** The command that mends it. */
  readonly remedy?: string;
}

/** What the rows are made from. */
export interface HostReport {
  readonly facts: HostFacts;
  readonly missing: readonly MissingPackage[];
  /** As in `process.versions.node`. */
  readonly nodeVersion: string;
  /** As in `process.platform`. */
  readonly platform: string;
}

/** Oldest Node that runs the tool: it strips types and knows `await using` (https://nodejs.org/en/blog/release/v24.0.0). */
const OLDEST_NODE = 24;

/** A first bake of one runtime set takes about this much, with the copies it makes on the way. */
const COMFORTABLE_DISK_BYTES = 3e9;

/** Three daemons, a workload and, in a virtual machine, a kernel. */
const COMFORTABLE_MEMORY_BYTES = 2e9;

/** What this host meets and what it does not, whichever provider is used. */
export function hostRows({facts, missing, nodeVersion, platform}: HostReport): readonly HostRow[] {
  const rows = [nodeRow(nodeVersion), {name: 'system', state: 'fine', text: systemText(facts)} as const];
  const sizes = [memoryRow(facts), diskRow(facts)];
  if (platform !== 'linux') return [...rows, ...sizes];
  return [...rows, userRow(facts), cgroupRow(facts), kernelRow(facts), kvmRow(facts), ...sizes, packageRow(missing)];
}

const nodeRow = (version: string): HostRow => {
  if (Number.parseInt(version, 10) >= OLDEST_NODE) return {name: 'node', state: 'fine', text: version};
  const text = `${version}, at least ${OLDEST_NODE} is needed`;
  return {name: 'node', state: 'missing', text, remedy: 'npm ci && npx plumbline doctor'};
};

const systemText = ({system, kernel}: HostFacts): string => `${system}, kernel ${kernel}`;

const userRow = ({isRoot}: HostFacts): HostRow =>
  isRoot
    ? {name: 'user', state: 'fine', text: 'root'}
    : {
        name: 'user',
        state: 'warning',
        text: 'not root, as a bake and a sandbox ask for',
        remedy: 'sudo env "PATH=$PATH" npx plumbline run',
      };

const cgroupRow = ({cgroups}: HostFacts): HostRow => {
  switch (cgroups) {
    case 'v2':
      return {name: 'cgroups', state: 'fine', text: 'version 2'};
    case 'v1':
      return {name: 'cgroups', state: 'fine', text: 'version 1'};
    case 'hybrid':
      return {name: 'cgroups', state: 'fine', text: 'version 1, with version 2 beside it'};
    case 'none':
  }
  const remedy = 'sudo mount -t cgroup2 cgroup2 /sys/fs/cgroup';
  return {name: 'cgroups', state: 'warning', text: 'no hierarchy is mounted', remedy};
};

const kernelRow = ({features}: HostFacts): HostRow => {
  const entries = Object.entries(features) as [KernelFeature, FeatureState][];
  const named = (state: FeatureState): string =>
    entries
      .filter(([, candidate]) => candidate === state)
      .map(([feature]) => feature)
      .join(', ');
  const [builtIn, modules, absent, unknown] = [named('built-in'), named('module'), named('absent'), named('unknown')];
  const parts = [
    builtIn,
    modules && `${modules} as modules`,
    absent && `without ${absent}`,
    unknown && `does not tell about ${unknown}`,
  ];
  return {name: 'kernel', state: absent === '' ? 'fine' : 'warning', text: parts.filter(Boolean).join(', ')};
};

const kvmRow = ({kvm}: HostFacts): HostRow => {
  switch (kvm) {
    case 'there':
      return {name: 'kvm', state: 'fine', text: '/dev/kvm is there; only a boot shows whether it works'};
    case 'absent':
      return {name: 'kvm', state: 'warning', text: 'no /dev/kvm: virtual machines are emulated, which is slow'};
    case 'forbidden':
  }
  return {name: 'kvm', state: 'warning', text: '/dev/kvm may not be opened', remedy: 'sudo usermod -aG kvm "$USER"'};
};

const memoryRow = ({memory}: HostFacts): HostRow => ({
  name: 'memory',
  state: memory.freeBytes < COMFORTABLE_MEMORY_BYTES ? 'warning' : 'fine',
  text: `${gigabytes(memory.freeBytes)} of ${gigabytes(memory.totalBytes)} free`,
});

const diskRow = ({disk}: HostFacts): HostRow => {
  const text = `${disk.freeBytes === undefined ? 'unknown space' : gigabytes(disk.freeBytes)} free for ${disk.folder}`;
  if (disk.freeBytes !== undefined && disk.freeBytes >= COMFORTABLE_DISK_BYTES)
    return {name: 'disk', state: 'fine', text};
  return {
    name: 'disk',
    state: 'warning',
    text: `${text}, a first bake takes ${gigabytes(COMFORTABLE_DISK_BYTES)}`,
    remedy: 'export XDG_CACHE_HOME=/a/folder/on/a/larger/disk',
  };
};

const packageRow = (missing: readonly MissingPackage[]): HostRow => {
  if (missing.length === 0)
    return {name: 'packages', state: 'fine', text: 'all that a bake and a sandbox call are there'};
  const names = missing.map(({name, lacking}) => (lacking.includes(name) ? name : `${name} (${lacking.join(', ')})`));
  return {name: 'packages', state: 'missing', text: `not installed: ${names.join(', ')}`, remedy: 'npm run setup'};
};

const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`;
