import {rename} from 'node:fs/promises';
import {join} from 'node:path';
import {MachineError} from '../../errors.ts';
import {killFolderProcesses} from '../../folder-processes.ts';
import {keptGeneration, noteGenerations, READY, readGenerations, requireSnapshotName} from '../../guest/generations.ts';
import type {Snapshots} from '../../machine.ts';
import {deadline} from './deadlines.ts';
import {machineFiles} from './launch.ts';
import {forgetParked, parkDisk, unparkDisk} from './parked-disks.ts';
import {socketPaths, type MachinePlan} from './plan.ts';
import {withQmp} from './qmp.ts';
import {wake} from './wake.ts';

const BUDGET_MS = 10_000;

/**
 * Snapshots of a qemu machine. A named one is kept in the machine's own disk image, memory and all; `ready` is the one that the
 * machine was started from, and restored with a disk image of its own; the one with the named ones is put aside.
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
    await forgetParked(this.#plan.folder, name);
    await noteGenerations(this.#plan.folder, {generation, kept: {...kept, [name]: generation}});
  }

  /**
   * By a new process always. In one that goes on, the counter of an emulated processor is never turned back: the guest would find itself
   * as far ahead as its snapshot is old, and complain of a stalled processor.
   * https://gitlab.com/qemu-project/qemu/-/blob/v7.2.0/softmmu/cpu-timers.c (`cpu_get_ticks_locked`)
   */
  async restore(name: string): Promise<void> {
    const {folder, sockets} = this.#plan;
    const generations = await readGenerations(folder);
    const named = name === READY ? undefined : {name, generation: keptGeneration(generations, name)};
    for (const place of new Set([folder, sockets])) await killFolderProcesses(place);
    // The console of the machine that was is evidence, but not the new one's.
    const console = join(folder, machineFiles.console);
    await rename(console, join(folder, `console.${Date.now()}.log`)).catch(() => {});
    await parkDisk(folder, Object.keys(generations.kept));
    if (named) await unparkDisk(folder, name);
    this.#onRestore(0);
    const {generation} = await wake(this.#plan, new AbortController().signal, named);
    await noteGenerations(folder, {...generations, generation});
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
}
