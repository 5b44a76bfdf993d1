import type {LevelContext} from './level.ts';

/** Pulls the workload's image with docker's own client, unless docker has it. */
export const pullWithDocker = async ({machine, workload, steps}: LevelContext): Promise<void> => {
  const image = workload.image.name;
  if ((await machine.exec(['docker', 'image', 'inspect', image])).exitCode !== 0) {
    await steps.command('pull the image', machine, ['docker', 'pull', '--quiet', image]);
  }
};
