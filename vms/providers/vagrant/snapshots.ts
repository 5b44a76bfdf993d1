import {randomUUID} from 'node:crypto';
import {rename, rm} from 'node:fs/promises';
import {join} from 'node:path';
import {killFolderProcesses} from '../../folder-processes.ts';
import {greet} from '../../guest/door.ts';
import {
  keptGeneration,
  noteGenerations,
  READY,
  readGenerations,
  requireSame,
  requireSnapshotName,
} from '../../guest/generations.ts';
import type {Snapshots} from '../../machine.ts';
import {answered, deadline} from '../qemu/deadlines.ts';
import {slowness} from '../qemu/acceleration.ts';
import {enterAgain} from './enter.ts';
import {machineFiles, socketPaths, type MachinePlan, type MachineSite} from './plan.ts';
import {untilThere} from './until-there.ts';
import {runVagrant} from './vagrant-command.ts';
import {vagrantMachine} from './vagrantfile.ts';

const BUDGET_MS = 20_000;

/** Keeps a machine that was just started as {@link READY}. */
export const keepReady = async (site: MachineSite, generation: string, signal: AbortSignal): Promise<void> => {
  await save(site, READY, signal);
  await noteGenerations(site.folder, {generation, kept: {[READY]: generation}});
};

/** Snapshots of a Vagrant machine, kept by libvirt in the machine's own disk image, memory and all. */
export class VagrantSnapshots implements Snapshots {
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
    await save(this.#plan, name);
    await noteGenerations(this.#plan.folder, {generation, kept: {...kept, [name]: generation}});
  }

  /** Vagrant's exit code says nothing of what came back: the machine itself does, when it is greeted. */
  async restore(name: string): Promise<void> {
    await answered(`restore the machine to "${name}"`, 'the machine', async () => this.#restore(name));
  }

  async #restore(name: string): Promise<void> {
    const plan = this.#plan;
    const generations = await readGenerations(plan.folder);
    const kept = keptGeneration(generations, name);
    const {door} = socketPaths(plan);
    const signal = deadline(BUDGET_MS, plan.acceleration);
    // What ssh knows of the old connection the machine has forgotten.
    await forgetConnection(plan);
    const {console} = machineFiles(plan);
    // The console of the machine that was is evidence, but not the restored one's; QEMU, started anew, would overwrite it.
    await rename(console, join(plan.folder, `console.${Date.now()}.log`)).catch(() => {});
    await rm(door, {force: true});
    await runVagrant(plan, ['snapshot', 'restore', '--no-provision', '--no-start', vagrantMachine, name], {
      action: `restore the machine to "${name}"`,
      timeoutMs: BUDGET_MS * slowness[plan.acceleration],
      signal,
    });
    await untilThere(door, signal);
    const generation = randomUUID();
    requireSame(await greet(door, generation, plan.publicKey, signal), kept, plan.bootId);
    await noteGenerations(plan.folder, {...generations, generation});
    await enterAgain(plan, signal);
    this.#onRestore(0);
  }
}

const save = async (site: MachineSite, name: string, signal?: AbortSignal): Promise<void> => {
  await runVagrant(site, ['snapshot', 'save', vagrantMachine, name], {
    action: `keep the machine as "${name}"`,
    timeoutMs: BUDGET_MS * slowness[site.acceleration],
    ...(signal && {signal}),
  });
};

const forgetConnection = async ({folder, sockets}: MachineSite): Promise<void> => {
  for (const place of new Set([folder, sockets])) await killFolderProcesses(place, ['ssh']);
};
