import {readFile, rename, stat, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {z} from 'zod';
import {MachineError, UsageError} from '../../errors.ts';
import {killFolderProcesses} from '../../folder-processes.ts';
import type {Snapshots} from '../../machine.ts';
import {deadline} from './deadlines.ts';
import {machineFiles} from './launch.ts';
import {socketPaths, type MachinePlan} from './plan.ts';
import {withQmp} from './qmp.ts';
import {forwardedPort} from './user-network.ts';
import {enter, requireSame, wake, welcomeBack} from './wake.ts';

const FILE = 'snapshots.json';
/** The name under which every machine is what it was when it was started. */
const READY = 'ready';
const BUDGET_MS = 10_000;

const stateSchema = z.object({
  /** What the machine was told when it was last greeted. */
  generation: z.string(),
  /** By name of the snapshot: the generation at its time. */
  kept: z.record(z.string(), z.string()),
});

/** Notes the generation of a machine that was just started; its named snapshots are gone. */
export const noteGeneration = async (
  folder: string,
  generation: string,
  kept: Record<string, string> = {},
): Promise<void> => writeFile(join(folder, FILE), JSON.stringify({generation, kept}));

/**
 * Snapshots of a qemu machine. A named one is kept in the machine's own disk image, memory and all; `ready` is the one that the
 * machine was started from, and restored by a new process.
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
    requireName(name);
    const {generation, kept} = await this.#state();
    await this.#monitor(`savevm ${name}`, `keep the machine as "${name}"`);
    await noteGeneration(this.#plan.folder, generation, {...kept, [name]: generation});
  }

  async restore(name: string): Promise<void> {
    if (name === READY) {
      await this.#restart();
      return;
    }
    const {kept} = await this.#state();
    const generation = kept[name];
    if (generation === undefined)
      throw new MachineError(`Cannot restore the machine to "${name}": there is no snapshot of this name`);
    const signal = deadline(BUDGET_MS, this.#plan.acceleration);
    await this.#monitor(`loadvm ${name}`, `restore the machine to "${name}"`);
    const {awake, welcome} = await welcomeBack(this.#plan, signal);
    requireSame(welcome, generation, this.#plan.ready.bootId);
    await noteGeneration(this.#plan.folder, awake.generation, kept);
    // What ssh knows of the old connection the machine has forgotten.
    await this.#forgetConnection();
    const port = await withQmp(socketPaths(this.#plan).control, signal, forwardedPort);
    await enter(this.#plan, port, signal);
    this.#onRestore(await this.#consoleBytes());
  }

  async #restart(): Promise<void> {
    const {folder} = this.#plan;
    await killFolderProcesses(folder);
    if (this.#plan.sockets !== folder) await killFolderProcesses(this.#plan.sockets);
    // The console of the machine that was is evidence, but not the new one's.
    const console = join(folder, machineFiles.console);
    await rename(console, join(folder, `console.${Date.now()}.log`)).catch(() => {});
    const {generation} = await wake(this.#plan, new AbortController().signal);
    await noteGeneration(folder, generation);
    this.#onRestore(0);
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

  async #state(): Promise<z.infer<typeof stateSchema>> {
    return stateSchema.parse(JSON.parse(await readFile(join(this.#plan.folder, FILE), 'utf8')));
  }

  async #consoleBytes(): Promise<number> {
    return stat(join(this.#plan.folder, machineFiles.console)).then(
      ({size}) => size,
      () => 0,
    );
  }
}

const requireName = (name: string): void => {
  if (name === READY || !/^[a-z][a-z0-9-]*$/u.test(name)) {
    throw new UsageError(
      `Cannot keep the machine as "${name}": a name is lower-case letters, digits and hyphens, and not "${READY}"`,
    );
  }
};
