import {readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {z} from 'zod';
import {MachineError, UsageError} from '../errors.ts';
import type {Welcome} from './door.ts';

/** The name under which every machine is what it was when it was started. */
export const READY = 'ready';

const FILE = 'snapshots.json';

const generationsSchema = z.object({
  /** What the machine was told when it was last greeted. */
  generation: z.string(),
  /** By name of the snapshot: the generation at its time. */
  kept: z.record(z.string(), z.string()),
});

/** What a machine was told, now and at the times of its snapshots; how a restore is proven. */
export type Generations = z.infer<typeof generationsSchema>;

/** Notes, in the machine's folder, the generation that it is now and those that were kept. */
export const noteGenerations = async (folder: string, generations: Generations): Promise<void> =>
  writeFile(join(folder, FILE), JSON.stringify(generations));

/** Reads what {@link noteGenerations} wrote. */
export const readGenerations = async (folder: string): Promise<Generations> =>
  generationsSchema.parse(JSON.parse(await readFile(join(folder, FILE), 'utf8')));

/** The generation of a snapshot. Throws {@link MachineError} when there is none of this name. */
export const keptGeneration = ({kept}: Generations, name: string): string => {
  const generation = kept[name];
  if (generation !== undefined) return generation;
  throw new MachineError(`Cannot restore the machine to "${name}": there is no snapshot of this name`);
};

/** Throws {@link UsageError} for a name that no snapshot can be kept under. */
export const requireSnapshotName = (name: string): void => {
  if (name === READY || !/^[a-z][a-z0-9-]*$/u.test(name)) {
    throw new UsageError(
      `Cannot keep the machine as "${name}": a name is lower-case letters, digits and hyphens, and not "${READY}"`,
    );
  }
};

/** Throws {@link MachineError} when what came back is another boot, or another time of the same boot, than what was kept. */
export const requireSame = (welcome: Pick<Welcome, 'before' | 'bootId'>, generation: string, bootId: string): void => {
  if (welcome.before === generation && welcome.bootId === bootId) return;
  throw new MachineError('Cannot restore the machine: what came back is not what was kept', {
    layer: 'qemu',
    expected: `boot ${bootId}, generation ${generation}`,
    seen: `boot ${welcome.bootId}, generation ${welcome.before}`,
  });
};
