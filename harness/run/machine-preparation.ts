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

/**
 * Gives a machine its neighbour, and each level's store the images. The stores are filled side by side, each with one image after
 * another: of two pulls that unpack the same layer at once one loses, and what it unpacked goes whenever containerd next collects.
 */
export const prepareMachine = async (machine: Machine, preparation: Preparation, steps: Steps): Promise<void> => {
  const stores = preparation.levels.map((level) => preparation.images.map((image) => levels[level].pullArgv(image)));
  const distinct = new Map(stores.map((pulls) => [JSON.stringify(pulls), pulls]));
  await Promise.all([
    steps.step('add a neighbour to the machine', () => addNeighbour(machine)),
    ...[...distinct.values()].map((pulls) => fill(machine, pulls, steps)),
  ]);
};

const fill = async (machine: Machine, pulls: readonly (readonly string[])[], steps: Steps): Promise<void> => {
  for (const argv of pulls) {
    await steps.command(`pull: ${argv.join(' ')}`, machine, argv);
  }
};
