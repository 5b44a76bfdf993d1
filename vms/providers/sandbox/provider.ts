import {readFile} from 'node:fs/promises';
import {dirname} from 'node:path';
import {existsSync} from 'node:fs';
import {hasChangedRoot} from '../../host/changed-root.ts';
import {isOnOverlay} from '../../host/file-system.ts';
import type {MachineReference, MachineSpec, Provider, Requirement} from '../../machine.ts';
import {stateFolder} from '../../state.ts';
import {readHostCgroups} from '../../namespaces/cgroups.ts';
import {ipv6Remarks} from './ipv6.ts';
import {SandboxMachine} from './machine.ts';
import {startSandbox} from './start.ts';

/** Machines made of Linux namespaces on this host: no virtual machine, this host's kernel. */
export const sandbox: Provider = {
  name: 'sandbox',
  sharesKernel: true,
  // Three daemons and a workload; half of a cell is waiting.
  footprint: {cpus: 0.6, memoryMiB: 500},
  missing: async () => [
    ...missingPrivilege(),
    ...(await missingKernelParts()),
    ...(await unsuitableRoot()),
    ...(await unsuitableStateFolder()),
  ],
  prepare: async ({image}) =>
    ipv6Remarks().map((sentence) => `Machines of "${image.runtimeSet}" are on a kernel ${sentence}`),
  outlook: async () => ipv6Remarks(),
  start: (spec: MachineSpec, signal: AbortSignal) => startSandbox(spec, signal),
  attach: (reference: MachineReference) => new SandboxMachine(reference),
};

const missingPrivilege = (): Requirement[] => {
  if (process.platform !== 'linux') {
    return [{sentence: 'A sandbox is made of Linux namespaces, and this is not Linux'}];
  }
  return process.getuid?.() === 0
    ? []
    : [
        {
          sentence: 'A sandbox is made of namespaces that only root may make',
          remedy: 'sudo env "PATH=$PATH" npm run scenarios',
        },
      ];
};

const missingKernelParts = async (): Promise<Requirement[]> => {
  if (process.platform !== 'linux') {
    return [];
  }
  const fileSystems = await readFile('/proc/filesystems', 'utf8');
  return [
    ...(/\toverlay$/m.test(fileSystems)
      ? []
      : [{sentence: 'The kernel has no overlay file system loaded', remedy: 'sudo modprobe overlay'}]),
    ...((await readHostCgroups()) === undefined
      ? [{sentence: 'No cgroup file system is mounted', remedy: 'sudo mount -t cgroup2 cgroup2 /sys/fs/cgroup'}]
      : []),
  ];
};

const unsuitableRoot = async (): Promise<Requirement[]> =>
  process.platform === 'linux' && process.getuid?.() === 0 && (await hasChangedRoot())
    ? [
        {
          sentence: 'This process runs in a chroot, and what enters a sandbox from there comes out on the host',
          remedy: 'systemd-nspawn --directory=THE-ROOT, or another program that pivots into it',
        },
      ]
    : [];

const unsuitableStateFolder = async (): Promise<Requirement[]> => {
  let folder = stateFolder();
  while (!existsSync(folder)) {
    folder = dirname(folder);
  }
  return (await isOnOverlay(folder))
    ? [
        {
          sentence: `"${stateFolder()}" is on overlayfs, which can't carry the overlays of docker and containerd`,
          remedy: 'export XDG_STATE_HOME=/a/folder/on/ext4-or-xfs',
        },
      ]
    : [];
};
