import {readdir} from 'node:fs/promises';
import {join} from 'node:path';
import {folderProcesses} from '../../folder-processes.ts';
import type {MachineReference, Snapshots} from '../../machine.ts';
import {SshMachine} from '../../guest/ssh-machine.ts';
import {announce} from '../qemu/announce.ts';
import {dialThroughQemu} from '../qemu/dial.ts';
import {readConsoleStart} from './console-start.ts';
import {limaDetails, type LimaDetails} from './details.ts';
import {instancePaths} from './instance.ts';
import {LimaSnapshots} from './snapshots.ts';
import {sessionOf} from './visit.ts';

/** Network of QEMU that Lima's driver makes, and the machine's address in it: `networks.SlirpIPAddress` in Lima. */
export const limaNetwork = {id: 'net0', address: '192.168.5.15'} as const;

/** A running virtual machine of Lima, entered over ssh as root with Lima's key. */
export class LimaMachine extends SshMachine {
  readonly snapshots: Snapshots;

  constructor(reference: MachineReference) {
    const details = limaDetails.parse(reference.details);
    const {console, control} = instancePaths(details);
    const session = sessionOf(details);
    const outside = {
      control,
      network: limaNetwork.id,
      address: limaNetwork.address,
      announce: async (address: string) => announce(session, reference.traits.slowness, address),
    };
    super(reference, {
      session,
      sockets: details.home,
      console,
      consoleStart: readConsoleStart(details.folder),
      isRunning: async () => (await folderProcesses(details.home, ['qemu'])).length > 0,
      evidenceFiles: () => evidenceFiles(details),
      dial: (endpoint, timeoutMs) => dialThroughQemu(outside, endpoint, timeoutMs),
    });
    this.snapshots = new LimaSnapshots(details, reference.traits, (bytes) => this.forgetPast(bytes));
  }
}

const EVIDENCE = /^(?:ssh\.log|ha\.std(?:err|out)\.log|serialv?\.log|lima\.yaml)$/u;

const evidenceFiles = async (details: LimaDetails): Promise<readonly string[]> => {
  const found = await Promise.all(
    [details.folder, instancePaths(details).folder].map(async (folder) =>
      (await readdir(folder).catch(() => [])).filter((name) => EVIDENCE.test(name)).map((name) => join(folder, name)),
    ),
  );
  return found.flat();
};
