import {rename, stat} from 'node:fs/promises';
import {join} from 'node:path';
import {MachineError} from '../../errors.ts';
import {killFolderProcesses} from '../../folder-processes.ts';
import {
  keptGeneration,
  noteGenerations,
  READY,
  readGenerations,
  requireSame,
  requireSnapshotName,
  type Generations,
} from '../../guest/generations.ts';
import type {Snapshots} from '../../machine.ts';
import {deadline} from './deadlines.ts';
import {machineFiles} from './launch.ts';
import {isParked, parkDisk, unparkDisk} from './parked-disks.ts';
import {socketPaths, type MachinePlan} from './plan.ts';
import {withQmp} from './qmp.ts';
import {forwardedPort} from './user-network.ts';
import {enter, wake, welcomeBack, type NamedSnapshot} from './wake.ts';

const BUDGET_MS = 10_000;

/**
 * Snapshots of a qemu machine. A named one is kept in the machine's own disk image, memory and all; `ready` is the one that the
 * machine was started from, and restored by a new process with a disk image of its own; the one with the named ones is put aside.
 */
export class QemuSnapshots implements Snapshots {
  readonly #plan: MachinePlan;
  readonly #onRestore: (consoleBytes: number) => void;

  /** `onRestore` is told how long the console is at a restore: what came before is not the restored machine's. */
  constructor(plan: MachinePlan, onRestore: (consoleBytes: number) => void) {
    this.#plan = plan;
    this.#onRestore = onRestore;
  }

  async snapshot(name: string): Promise<void> {
    requireSnapshotName(name);
    const {generation, kept} = await readGenerations(this.#plan.folder);
    await this.#monitor(`savevm ${name}`, `keep the machine as "${name}"`);
    await noteGenerations(this.#plan.folder, {generation, kept: {...kept, [name]: generation}});
  }

  async restore(name: string): Promise<void> {
    const generations = await readGenerations(this.#plan.folder);
    if (name === READY) {
      await this.#restart(generations);
      return;
    }
    const generation = keptGeneration(generations, name);
    if (await isParked(this.#plan.folder, name)) {
      await this.#restart(generations, {name, generation});
      return;
    }
    const signal = deadline(BUDGET_MS, this.#plan.acceleration);
    await this.#monitor(`loadvm ${name}`, `restore the machine to "${name}"`);
    const {awake, welcome} = await welcomeBack(this.#plan, signal);
    requireSame(welcome, generation, this.#plan.ready.bootId);
    await noteGenerations(this.#plan.folder, {...generations, generation: awake.generation});
    // What ssh knows of the old connection the machine has forgotten.
    await this.#forgetConnection();
    this.#onRestore(await this.#consoleBytes());
    const port = await withQmp(socketPaths(this.#plan).control, signal, forwardedPort);
    await enter(this.#plan, port, signal);
  }

  /** A new process, from `ready` or from a snapshot in a disk image that was put aside. */
  async #restart({kept}: Generations, named?: NamedSnapshot): Promise<void> {
    const {folder} = this.#plan;
    await killFolderProcesses(folder);
    if (this.#plan.sockets !== folder) await killFolderProcesses(this.#plan.sockets);
    // The console of the machine that was is evidence, but not the new one's.
    const console = join(folder, machineFiles.console);
    await rename(console, join(folder, `console.${Date.now()}.log`)).catch(() => {});
    await parkDisk(folder, Object.keys(kept));
    if (named) await unparkDisk(folder, named.name);
    this.#onRestore(0);
    const {generation} = await wake(this.#plan, new AbortController().signal, named);
    await noteGenerations(folder, {generation, kept});
  }

  async #forgetConnection(): Promise<void> {
    await killFolderProcesses(this.#plan.folder, ['ssh']);
    if (this.#plan.sockets !== this.#plan.folder) await killFolderProcesses(this.#plan.sockets, ['ssh']);
  }

  async #monitor(line: string, action: string): Promise<void> {
    const said = await withQmp(
      socketPaths(this.#plan).control,
      deadline(BUDGET_MS, this.#plan.acceleration),
      async (qmp) => qmp.monitor(line),
    );
    // The human monitor has no exit status: it is silent when all went well.
    if (said !== '') throw new MachineError(`Cannot ${action}: ${said}`, {layer: 'qemu', command: [line]});
  }

  async #consoleBytes(): Promise<number> {
    return stat(join(this.#plan.folder, machineFiles.console)).then(
      ({size}) => size,
      () => 0,
    );
  }
}
