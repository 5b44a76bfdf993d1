import {spawn} from 'node:child_process';
import {existsSync} from 'node:fs';
import {mkdir, open, readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {setTimeout} from 'node:timers/promises';
import {ProvisionError} from '../../errors.ts';
import type {MachineSpec} from '../../machine.ts';
import {cgroupFolders, type HostCgroups} from '../../namespaces/cgroups.ts';
import type {Namespaces} from '../../namespaces/enter.ts';
import {identify} from '../../processes.ts';
import {isTimeout} from '../qemu/deadlines.ts';
import {libvirtFiles} from './libvirt-files.ts';
import {machineNetwork} from './network.ts';

const BOOT = join(import.meta.dirname, 'libvirt.sh');
const POLL_MS = 20;

/** What of a libvirt is in which folder of it; see libvirt.sh. */
export const libvirtFolders = {
  configuration: 'etc',
  hooks: 'etc/hooks',
  /** The pool that Vagrant keeps volumes in. */
  pool: 'lib/images',
  /** One log for each domain, with the command line of QEMU. */
  domainLogs: 'log/qemu',
} as const;

/** File in the folder of a libvirt that has what libvirtd says. */
export const libvirtLog = 'libvirtd.log';

/** Whether processes in the namespaces of a libvirt see the device of KVM. */
export type KvmDevice = 'with kvm' | 'without kvm';

/**
 * Starts a libvirtd with a network, in namespaces of its own; the cgroups named after the machine are there already.
 * Throws {@link ProvisionError} when it does not come up, and the signal's reason when it is aborted.
 */
export const startLibvirt = async (
  {runId}: Pick<MachineSpec, 'runId'>,
  folder: string,
  cgroups: HostCgroups,
  name: string,
  kvm: KvmDevice,
  signal: AbortSignal,
): Promise<Namespaces> => {
  for (const part of Object.values(libvirtFolders)) await mkdir(join(folder, part), {recursive: true, mode: 0o700});
  for (const [file, content] of Object.entries(libvirtFiles)) {
    // A hook has to be a program.
    await writeFile(join(folder, libvirtFolders.configuration, file), content, {mode: 0o700});
  }
  const folders = cgroupFolders(cgroups, name);
  const log = await open(join(folder, libvirtLog), 'a', 0o600);
  try {
    const child = spawn(BOOT, ['join'], {
      // A session of its own: Ctrl-C in the terminal must reach the tool alone, which then tears the machine down in order.
      detached: true,
      stdio: ['ignore', log.fd, log.fd],
      env: {
        PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
        LC_ALL: 'C.UTF-8',
        PLUMBLINE_RUN: runId,
        LIBVIRT_FOLDER: folder,
        LIBVIRT_CGROUPS: folders.join('\n'),
        LIBVIRT_DEVICES: kvm === 'with kvm' ? 'kvm' : '',
        LIBVIRT_GUEST: machineNetwork.machine,
      },
    });
    child.unref();
    const ended = new AbortController();
    child.once('exit', (code, how) => ended.abort(how ?? `exit code ${code}`));
    child.once('error', (error) => ended.abort(error.message));
    return {init: await identify(await firstProcess(folder, ended.signal, signal)), cgroups: folders};
  } finally {
    await log.close();
  }
};

/** Id of the first process of a libvirt, once its network is there. `ended`: how it has ended, as the reason. */
export const firstProcess = async (folder: string, ended: AbortSignal, signal: AbortSignal): Promise<number> => {
  const file = join(folder, 'init.pid');
  while (!existsSync(file)) {
    if (isTimeout(signal.reason)) throw await startFailure(folder, 'no answer in time');
    signal.throwIfAborted();
    if (ended.aborted) throw await startFailure(folder, `it has ended with ${String(ended.reason)}`);
    await setTimeout(POLL_MS);
  }
  return Number(await readFile(file, 'utf8'));
};

/** libvirtd complains of much that does not matter here: what it says last is why it does not come up. */
const startFailure = async (folder: string, state: string): Promise<ProvisionError> => {
  const log = await readFile(join(folder, libvirtLog), 'utf8').catch(() => '');
  const lines = log.trim().split('\n');
  const said = lines.slice(-3).join(' | ').slice(-600);
  return new ProvisionError(`Cannot start libvirtd for a machine: ${state}${said && `, ${said}`}`, {
    command: [BOOT, 'join'],
    seen: lines.slice(-20).join(' | '),
    layer: 'libvirtd',
  });
};
