import {constants} from 'node:fs';
import {access, readFile, statfs} from 'node:fs/promises';
import {freemem, release, totalmem} from 'node:os';
import {dirname, join} from 'node:path';
import {kernelFeatures} from './kernel-features.ts';
import type {FeatureState, KernelFeature} from './kernel-features.ts';

/** What this host is, as far as it can be read without changing or starting anything. */
export interface HostFacts {
  /** For instance `Debian GNU/Linux 13 (trixie)`. */
  readonly system: string;
  /** `uname -r`. */
  readonly kernel: string;
  readonly isRoot: boolean;
  /** Which hierarchies are mounted; `hybrid` is both, with the controllers in version 1. */
  readonly cgroups: 'none' | 'v1' | 'v2' | 'hybrid';
  readonly features: Readonly<Record<KernelFeature, FeatureState>>;
  /** `there` says that `/dev/kvm` can be opened, not that a machine boots with it. */
  readonly kvm: 'absent' | 'forbidden' | 'there';
  readonly memory: {readonly totalBytes: number; readonly freeBytes: number};
  /** The file system on which the cache is or will be; `undefined` where it can't be read. */
  readonly disk: {readonly folder: string; readonly freeBytes: number | undefined};
}

/** Reads the facts. `root` is where `/` is read. */
export async function hostFacts(cacheFolder: string, root = '/'): Promise<HostFacts> {
  return {
    system: await systemName(root),
    kernel: release(),
    isRoot: process.geteuid?.() === 0,
    cgroups: await cgroupHierarchies(root),
    features: await kernelFeatures(root),
    kvm: await kvmState(join(root, 'dev/kvm')),
    memory: await memory(root),
    disk: {folder: cacheFolder, freeBytes: await freeBytes(cacheFolder)},
  };
}

/** os-release(5) */
const systemName = async (root: string): Promise<string> => {
  const text = await readFile(join(root, 'etc/os-release'), 'utf8').catch(() => '');
  return /^PRETTY_NAME="?(?<name>[^"\n]+)/mv.exec(text)?.groups?.['name'] ?? process.platform;
};

/** The third field of a line is the type of the file system: proc_pid_mounts(5). */
const cgroupHierarchies = async (root: string): Promise<HostFacts['cgroups']> => {
  const mounts = await readFile(join(root, 'proc/self/mounts'), 'utf8').catch(() => '');
  const types = new Set(mounts.split('\n').map((line) => line.split(' ')[2]));
  if (types.has('cgroup')) return types.has('cgroup2') ? 'hybrid' : 'v1';
  return types.has('cgroup2') ? 'v2' : 'none';
};

const kvmState = async (device: string): Promise<HostFacts['kvm']> => {
  const may = (mode: number) =>
    access(device, mode).then(
      () => true,
      () => false,
    );
  if (!(await may(constants.F_OK))) return 'absent';
  return (await may(constants.R_OK | constants.W_OK)) ? 'there' : 'forbidden';
};

/** `MemAvailable` counts what the page cache would give back, which `os.freemem` does not on every system. */
const memory = async (root: string): Promise<HostFacts['memory']> => {
  const text = await readFile(join(root, 'proc/meminfo'), 'utf8').catch(() => '');
  const kibibytes = (key: string): number | undefined => {
    const digits = new RegExp(`^${key}: +(?<digits>\\d+) kB$`, 'mv').exec(text)?.groups?.['digits'];
    return digits === undefined ? undefined : Number(digits) * 1024;
  };
  return {totalBytes: kibibytes('MemTotal') ?? totalmem(), freeBytes: kibibytes('MemAvailable') ?? freemem()};
};

/** Of the nearest folder above that exists, since the cache itself may still have to be made. */
const freeBytes = async (folder: string): Promise<number | undefined> => {
  const found = await statfs(folder).catch(() => undefined);
  if (found !== undefined) return found.bavail * found.bsize;
  return dirname(folder) === folder ? undefined : freeBytes(dirname(folder));
};
