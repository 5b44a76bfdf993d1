import {readdir} from 'node:fs/promises';
import {join} from 'node:path';
import {z} from 'zod';
import {SshMachine} from '../../guest/ssh-machine.ts';
import {userNetwork} from '../../image/initrd.ts';
import type {MachineReference, Snapshots} from '../../machine.ts';
import {announce} from './announce.ts';
import {qemuIds} from './argv.ts';
import {dialThroughQemu} from './dial.ts';
import {isRunning, machineFiles} from './launch.ts';
import {readPlan, socketPaths} from './plan.ts';
import {QemuSnapshots} from './snapshots.ts';

/** What another process needs to speak to a qemu machine: all else is in its folder. */
export const qemuDetails = z.object({folder: z.string()});

/** A running virtual machine, entered over ssh and controlled over QMP. */
export class QemuMachine extends SshMachine {
  readonly snapshots: Snapshots;

  constructor(reference: MachineReference) {
    const plan = readPlan(qemuDetails.parse(reference.details).folder);
    const sockets = socketPaths(plan);
    const session = {control: sockets.ssh, folder: plan.folder};
    const outside = {
      control: sockets.control,
      network: qemuIds.network,
      address: userNetwork.machine,
      announce: async (address: string) => announce(session, reference.traits.slowness, address),
    };
    super(reference, {
      session,
      sockets: plan.sockets,
      console: join(plan.folder, machineFiles.console),
      isRunning: () => isRunning(plan.folder),
      evidenceFiles: async () => {
        const names = await readdir(plan.folder).catch(() => []);
        return names.filter((name) => EVIDENCE.test(name)).map((name) => join(plan.folder, name));
      },
      dial: (endpoint, timeoutMs) => dialThroughQemu(outside, endpoint, timeoutMs),
    });
    this.snapshots = new QemuSnapshots(plan, (consoleBytes) => this.forgetPast(consoleBytes));
  }
}

const EVIDENCE = /^(?:console|qemu|ssh)\.(?:\d+\.)?(?:log|sh)$/u;
