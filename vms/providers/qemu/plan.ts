import {join} from 'node:path';
import {z} from 'zod';
import {readPlanFile, writePlanFile} from '../../guest/plan-file.ts';

const planSchema = z.object({
  folder: z.string(),
  /** Folder of the machine's Unix sockets, whose paths must be short; the machine's folder itself where that is short enough. */
  sockets: z.string(),
  acceleration: z.enum(['kvm', 'hvf', 'tcg']),
  argv: z.array(z.string()),
  /** The snapshot that the machine starts from. */
  ready: z.object({disk: z.string(), state: z.string(), bootId: z.string()}),
  publicKey: z.string(),
});

/** All it takes to start the process of a machine, again if need be, and from any process of this host. */
export type MachinePlan = z.infer<typeof planSchema>;

/** Keeps the plan in the machine's folder. */
export const writePlan = async (plan: MachinePlan): Promise<void> => writePlanFile(plan);

/** The plan of the machine of this folder. Throws `MachineError` when there is none. */
export const readPlan = (folder: string): MachinePlan => readPlanFile(folder, planSchema);

/** Unix sockets of a machine: its second serial port, QEMU's control, and the control connection of ssh. */
export const socketPaths = ({sockets}: Pick<MachinePlan, 'sockets'>) =>
  ({door: join(sockets, 'door'), control: join(sockets, 'qmp'), ssh: join(sockets, 'ssh')}) as const;

/** Files that ssh needs, in the folder of a machine. */
export const sshFiles = ({folder}: Pick<MachinePlan, 'folder'>) =>
  ({identity: join(folder, 'key'), knownHosts: join(folder, 'known_hosts'), log: join(folder, 'ssh.log')}) as const;
