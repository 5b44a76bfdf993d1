import {join} from 'node:path';
import {z} from 'zod';
import {readPlanFile, writePlanFile} from '../../guest/plan-file.ts';
import {namespacesSchema} from '../../namespaces/enter.ts';

const planSchema = z.object({
  folder: z.string(),
  /** Folder of the machine's Unix sockets, whose paths must be short; the machine's folder itself where that is short enough. */
  sockets: z.string(),
  acceleration: z.enum(['kvm', 'hvf', 'tcg']),
  /** Those in which its libvirt runs. */
  namespaces: namespacesSchema,
  publicKey: z.string(),
  /** Of its kernel's boot; the same after each restore. */
  bootId: z.string(),
});

/** All it takes to speak to a machine and its libvirt, from any process of this host. */
export type MachinePlan = z.infer<typeof planSchema>;

/** What is known of a machine before it has booted. */
export type MachineSite = Omit<MachinePlan, 'bootId'>;

/** Keeps the plan in the machine's folder. */
export const writePlan = async (plan: MachinePlan): Promise<void> => writePlanFile(plan);

/** The plan of the machine of this folder. Throws `MachineError` when there is none. */
export const readPlan = (folder: string): MachinePlan => readPlanFile(folder, planSchema);

/** Unix sockets of a machine: its second serial port, and the control connection of ssh. */
export const socketPaths = ({sockets}: Pick<MachinePlan, 'sockets'>) =>
  ({door: join(sockets, 'door'), ssh: join(sockets, 'ssh')}) as const;

/** Folders that Vagrant has for this machine alone. */
export const vagrantFiles = ({folder}: Pick<MachinePlan, 'folder'>) =>
  ({
    /** `VAGRANT_HOME`. */
    home: join(folder, 'home'),
    /** Has the Vagrantfile. */
    project: join(folder, 'project'),
    /** `VAGRANT_DOTFILE_PATH`. */
    state: join(folder, 'dotfiles'),
    temporary: join(folder, 'tmp'),
    /** What `vagrant ssh-config` has printed. */
    sshConfig: join(folder, 'ssh-config'),
  }) as const;

/** Files of a machine, in its folder. */
export const machineFiles = ({folder}: Pick<MachinePlan, 'folder'>) =>
  ({
    console: join(folder, 'console.log'),
    initrd: join(folder, 'initrd'),
    identity: join(folder, 'key'),
    knownHosts: join(folder, 'known_hosts'),
    sshLog: join(folder, 'ssh.log'),
    /** What libvirt keeps. */
    libvirt: join(folder, 'libvirt'),
  }) as const;
