import {randomUUID} from 'node:crypto';
import {rm} from 'node:fs/promises';
import {join} from 'node:path';
import {requireSame} from '../../guest/generations.ts';
import {openControl} from '../../transport/ssh-connection.ts';
import {startFailure} from './boot-failure.ts';
import {deadline} from './deadlines.ts';
import {greet, type Welcome} from '../../guest/door.ts';
import {launchQemu, machineFiles, makeOverlay} from './launch.ts';
import {socketPaths, sshFiles, type MachinePlan} from './plan.ts';
import {withNewQmp} from './qmp.ts';
import {readyGeneration} from './ready-snapshot.ts';
import {loadState} from './snapshot-state.ts';
import {forwardedPort} from './user-network.ts';

const BUDGET_MS = 5000;

/** What a machine that was woken or restored goes by. */
export interface Awake {
  /** What the machine was told; it says so after its next restore, when its snapshot is from this time. */
  readonly generation: string;
  readonly kernel: string;
}

/** A snapshot in the disk image of a machine. */
export interface NamedSnapshot {
  readonly name: string;
  /** What the machine had been told when it was kept. */
  readonly generation: string;
}

/**
 * Starts the process of a machine from its ready snapshot, and enters it. Nothing is booted: the memory is that of the snapshot, read
 * as it is touched, and what the machine writes goes to memory and an overlay of its own. With `named` the machine is what was kept in
 * that overlay under a name.
 * Throws `ProvisionError` when it does not answer, `MachineError` when it is not what was kept.
 */
export const wake = async (plan: MachinePlan, signal: AbortSignal, named?: NamedSnapshot): Promise<Awake> => {
  if (named === undefined) await makeFreshDisk(plan);
  const sockets = socketPaths(plan);
  for (const path of Object.values(sockets)) await rm(path, {force: true});
  let waitingFor = 'QEMU';
  try {
    const argv = named === undefined ? plan.argv : loadingArgv(plan.argv, named.name);
    const {ended} = await launchQemu(argv, {folder: plan.folder, isTied: false});
    const budget = deadline(BUDGET_MS, plan.acceleration, signal, ended);
    const port = await withNewQmp(sockets.control, budget, async (qmp) => {
      if (named === undefined) await loadState(qmp, plan.ready.state, budget);
      return forwardedPort(qmp);
    });
    waitingFor = 'the machine on its second serial port';
    // At the same time: the key is let in long before sshd asks for it, and should it be late, ssh tries again.
    const [{awake, welcome}] = await Promise.all([
      welcomeBack(plan, budget).then((answer) => {
        waitingFor = 'sshd';
        return answer;
      }),
      enter(plan, port, budget),
    ]);
    requireSame(welcome, named?.generation ?? readyGeneration, plan.ready.bootId);
    return awake;
  } catch (error) {
    const console = join(plan.folder, machineFiles.console);
    const log = join(plan.folder, machineFiles.log);
    throw await startFailure({action: 'start a qemu machine', console, log, argv: plan.argv, waitingFor}, error);
  }
};

const makeFreshDisk = async (plan: MachinePlan): Promise<void> => {
  const disk = join(plan.folder, machineFiles.disk);
  await rm(disk, {force: true});
  await makeOverlay(disk, plan.ready.disk, 'qcow2');
};

/** The command line that begins with a snapshot of the disk image instead of waiting for a state. */
export const loadingArgv = (argv: readonly string[], name: string): readonly string[] => {
  const at = argv.indexOf('-incoming');
  return [...argv.slice(0, at), ...argv.slice(at + 2), '-loadvm', name];
};

/** Greets a machine that is back from a snapshot, which sets its clock and lets the machine's key in. */
const welcomeBack = async (
  plan: MachinePlan,
  signal: AbortSignal,
): Promise<{readonly awake: Awake; readonly welcome: Welcome}> => {
  const generation = randomUUID();
  const welcome = await greet(socketPaths(plan).door, generation, plan.publicKey, signal);
  return {awake: {generation, kernel: welcome.kernel}, welcome};
};

/** Opens the control connection anew. */
const enter = async (plan: MachinePlan, port: number, signal: AbortSignal): Promise<void> => {
  const {log, ...files} = sshFiles(plan);
  await openControl({host: '127.0.0.1', port, user: 'root', control: socketPaths(plan).ssh, ...files}, log, signal);
};
