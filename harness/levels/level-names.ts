import type {NetworkMode} from '../network/network-mode.ts';
import type {LevelName} from './level.ts';

/**
 * The levels, from the highest to the lowest, each with the network modes that exist there. Apart from the levels' own code, so
 * that a plan is made without loading what runs it.
 */
export const levels = {
  docker: ['published'],
  ctr: ['isolated', 'netns', 'cni'],
  runc: ['netns'],
} as const satisfies Readonly<Record<LevelName, readonly NetworkMode[]>>;
