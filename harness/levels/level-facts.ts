import type {NetworkMode} from '../network/network-mode.ts';
import type {LevelName} from './level.ts';

/** What is known of a level without running anything at it. */
export interface LevelFacts {
  /** The network modes that exist there. */
  readonly networks: readonly NetworkMode[];
  /** The command that pulls an image into the store the level takes it from. */
  readonly pullArgv: (image: string) => readonly string[];
}

const dockerPull = (image: string): string[] => ['docker', 'pull', '--quiet', image];

/**
 * The levels, from the highest to the lowest. Apart from the levels' own code, so that a plan is made without loading what runs
 * it.
 */
export const levels: Readonly<Record<LevelName, LevelFacts>> = {
  docker: {networks: ['published'], pullArgv: dockerPull},
  ctr: {networks: ['isolated', 'netns', 'cni'], pullArgv: (image) => ['ctr', 'images', 'pull', image]},
  // A bundle is put together from what "docker export" gives.
  runc: {networks: ['netns'], pullArgv: dockerPull},
};
