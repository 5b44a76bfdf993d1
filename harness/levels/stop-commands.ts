import type {LevelName} from './level.ts';

/** What a person types to have a workload stopped. Which signal that sends is up to the level. */
export const stopArgv = (level: LevelName, name: string, runc = 'runc'): string[] =>
  ({
    docker: ['docker', 'stop', name],
    ctr: ['ctr', 'tasks', 'kill', name],
    runc: [runc, 'kill', name],
  })[level];

/** What starts a stopped workload again; `undefined` at the levels where a workload that has ended is gone. */
export const startAgainArgv = (level: LevelName, name: string): string[] | undefined =>
  level === 'docker' ? ['docker', 'start', name] : undefined;
