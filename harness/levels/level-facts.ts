import type {NetworkMode} from '../network/network-mode.ts';
import type {OptionName} from '../scenario/workload-options.ts';
import type {LevelName} from './level.ts';

/** What is known of a level without running anything at it. */
export interface LevelFacts {
  /** The network modes that exist there. */
  readonly networks: readonly NetworkMode[];
  /** Options of workloads that it has no word for. */
  readonly withoutOptions: readonly OptionName[];
  /** The command that pulls an image into the store the level takes it from. */
  readonly pullArgv: (image: string) => readonly string[];
}

const dockerPull = (image: string): string[] => ['docker', 'pull', '--quiet', image];

/**
 * The levels, from the highest to the lowest. Apart from the levels' own code, so that a plan is made without loading what runs
 * it.
 */
export const levels: Readonly<Record<LevelName, LevelFacts>> = {
  docker: {networks: ['published'], withoutOptions: ['umask'], pullArgv: dockerPull},
  ctr: {
    networks: ['isolated', 'netns', 'cni'],
    // "ctr run" of containerd 1.6 has no flag for any of these; --user came with 1.7.
    withoutOptions: ['user', 'umask', 'rlimits', 'pids', 'sysctls'],
    pullArgv: (image) => ['ctr', 'images', 'pull', image],
  },
  // A bundle is put together from what "docker export" gives. What is privileged and which calls are filtered is the caller's business.
  runc: {networks: ['netns'], withoutOptions: ['privileged', 'seccomp'], pullArgv: dockerPull},
};
