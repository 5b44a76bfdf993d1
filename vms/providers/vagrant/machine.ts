import {readdirSync, readFileSync} from 'node:fs';
import {readdir} from 'node:fs/promises';
import {join} from 'node:path';
import {z} from 'zod';
import {startCommand} from '../../command.ts';
import {awaitConnection, dialArgv} from '../../dial.ts';
import {SshMachine} from '../../guest/ssh-machine.ts';
import type {MachineReference, Snapshots} from '../../machine.ts';
import {enterArgv} from '../../namespaces/enter.ts';
import {sshEnvironment} from '../../transport/ssh-connection.ts';
import {libvirtFolders, libvirtLog} from './libvirt.ts';
import {machineFiles, readPlan, socketPaths, type MachinePlan} from './plan.ts';
import {VagrantSnapshots} from './snapshots.ts';

/** What another process needs to speak to a Vagrant machine: all else is in its folder. */
export const vagrantDetails = z.object({folder: z.string()});

/** Between this host and an emulated machine a last word is on its way for longer than within one. */
const LINGER_SECONDS = 10;

/** A running virtual machine that Vagrant has made, entered over ssh from within the network of its libvirt. */
export class VagrantMachine extends SshMachine {
  readonly snapshots: Snapshots;

  constructor(reference: MachineReference) {
    const plan = readPlan(vagrantDetails.parse(reference.details).folder);
    super(reference, {
      session: {control: socketPaths(plan).ssh, folder: plan.folder},
      sockets: plan.sockets,
      console: machineFiles(plan).console,
      isRunning: async () => qemuOf(plan) !== undefined,
      evidenceFiles: () => evidenceFiles(plan),
      dial: (endpoint, timeoutMs) => {
        const [file, ...argv] = enterArgv(plan.namespaces);
        return awaitConnection(
          startCommand({file, argv, env: sshEnvironment}, dialArgv(endpoint, timeoutMs, LINGER_SECONDS)),
          endpoint,
        );
      },
    });
    this.snapshots = new VagrantSnapshots(plan, (consoleBytes) => this.forgetPast(consoleBytes));
  }
}

/** Id of the QEMU process of a machine; `undefined` when there is none. libvirt leaves it in the cgroups that it is in itself. */
export const qemuOf = ({namespaces: {cgroups}}: Pick<MachinePlan, 'namespaces'>): number | undefined =>
  readLines(join(cgroups[0] ?? '', 'cgroup.procs'))
    .map(Number)
    .find((pid) => readLines(`/proc/${pid}/comm`)[0]?.startsWith('qemu-system'));

/** Lines of a file of the kernel; none when it is not there. */
const readLines = (path: string): readonly string[] => {
  try {
    return readFileSync(path, 'utf8').split('\n').filter(Boolean);
  } catch {
    return [];
  }
};

const EVIDENCE = /^(?:(?:console|vagrant|ssh)\.(?:\d+\.)?log|Vagrantfile)$/u;

const evidenceFiles = async (plan: MachinePlan): Promise<readonly string[]> => {
  const {libvirt} = machineFiles(plan);
  const folders = [plan.folder, join(plan.folder, 'project'), join(libvirt, libvirtFolders.domainLogs)];
  const names = await Promise.all(folders.map(async (folder) => readdir(folder).catch(() => [])));
  const found = folders.flatMap((folder, index) =>
    (names[index] ?? [])
      .filter((name) => EVIDENCE.test(name) || folder.startsWith(libvirt))
      .map((name) => join(folder, name)),
  );
  return [...found, ...(readdirSync(libvirt).includes(libvirtLog) ? [join(libvirt, libvirtLog)] : [])];
};
