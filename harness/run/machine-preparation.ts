import type {Machine} from '../../vms/machine.ts';
import {levels} from '../levels/level-facts.ts';
import type {LevelName} from '../levels/level.ts';
import {addNeighbour} from '../network/neighbour.ts';
import type {Steps} from '../scenario/steps.ts';

/** What the cells of a run need of every machine. */
export interface Preparation {
  readonly levels: readonly LevelName[];
  readonly images: readonly string[];
}

/** Gives a machine its neighbour, and each level's store the images. The stores are filled side by side. */
export const prepareMachine = async (machine: Machine, preparation: Preparation, steps: Steps): Promise<void> => {
  const pulls = preparation.levels.flatMap((level) => preparation.images.map((image) => levels[level].pullArgv(image)));
  const distinct = new Map(pulls.map((argv) => [argv.join('\0'), argv]));
  await Promise.all([
    steps.step('add a neighbour to the machine', () => addNeighbour(machine)),
    ...[...distinct.values()].map((argv) => steps.command(`pull: ${argv.join(' ')}`, machine, argv)),
  ]);
};
