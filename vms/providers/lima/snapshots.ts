import {randomUUID} from 'node:crypto';
import {stat} from 'node:fs/promises';
import {HostError} from '../../errors.ts';
import {
  keptGeneration,
  noteGenerations,
  readGenerations,
  requireSame,
  requireSnapshotName,
} from '../../guest/generations.ts';
import type {MachineTraits, Snapshots} from '../../machine.ts';
import {answered, deadline} from '../qemu/deadlines.ts';
import {limaAccount} from './account.ts';
import {noteConsoleStart} from './console-start.ts';
import type {LimaDetails} from './details.ts';
import {instancePaths, requireSnapshot, snapshotInstance} from './instance.ts';
import type {Limactl} from './limactl.ts';
import {qemuWords} from './qemu-words.ts';
import {enter, greet, ignoreStalls, leave, noteGeneration, sessionOf} from './visit.ts';

const BUDGET_MS = 10_000;

/**
 * Snapshots of a running machine of Lima: https://lima-vm.io/docs/usage/snapshot/
 * Lima says that each was made and restored, so what is restored is asked what it is.
 */
export class LimaSnapshots implements Snapshots {
  readonly #details: LimaDetails;
  readonly #traits: MachineTraits;
  readonly #onRestore: (consoleBytes: number) => void;

  /** `onRestore` is told how long the console is at a restore: what came before is not the restored machine's. */
  constructor(details: LimaDetails, traits: MachineTraits, onRestore: (consoleBytes: number) => void) {
    this.#details = details;
    this.#traits = traits;
    this.#onRestore = onRestore;
  }

  async snapshot(name: string): Promise<void> {
    requireSnapshotName(name);
    await answered(`keep the machine as "${name}"`, 'Lima', async () => this.#snapshot(name));
  }

  async restore(name: string): Promise<void> {
    await answered(`restore the machine to "${name}"`, 'Lima', async () => this.#restore(name));
  }

  async #snapshot(name: string): Promise<void> {
    const {limactl, signal, options} = await this.#tools();
    const session = sessionOf(this.#details);
    const {kept} = await readGenerations(this.#details.folder);
    // What is there under the name would be listed after a failure too.
    if (name in kept) await snapshotInstance(limactl, 'delete', name, signal);
    const generation = randomUUID();
    await noteGeneration(session, generation, options);
    await ignoreStalls(session, options);
    try {
      await snapshotInstance(limactl, 'create', name, signal);
    } finally {
      await greet(session, options);
    }
    await requireSnapshot(limactl, name, signal);
    await noteGenerations(this.#details.folder, {generation, kept: {...kept, [name]: generation}});
  }

  async #restore(name: string): Promise<void> {
    const generation = keptGeneration(await readGenerations(this.#details.folder), name);
    const {limactl, signal, options} = await this.#tools();
    const {size} = await stat(instancePaths(limactl).console).catch(() => ({size: 0}));
    await leave(this.#details);
    await snapshotInstance(limactl, 'apply', name, signal);
    await noteConsoleStart(this.#details.folder, size);
    this.#onRestore(size);
    await enter(this.#details, signal);
    requireSame(await greet(sessionOf(this.#details), options), generation, this.#details.bootId);
  }

  async #tools() {
    const {home, program, runId} = this.#details;
    const acceleration = this.#traits.acceleration === 'none' ? 'tcg' : this.#traits.acceleration;
    const account = await limaAccount();
    if (account === undefined) {
      throw new HostError('Cannot use Lima: the user that it runs as is gone', [
        {sentence: 'The user of Lima is missing', remedy: 'npm run setup -- --lima'},
      ]);
    }
    const limactl: Limactl = {program, account, home, qemu: qemuWords(acceleration), runId};
    const signal = deadline(BUDGET_MS, acceleration);
    return {limactl, signal, options: {timeoutMs: BUDGET_MS * this.#traits.slowness, signal}};
  }
}
