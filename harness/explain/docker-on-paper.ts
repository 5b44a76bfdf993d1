import {dockerExecArgv, dockerRunArgv} from '../levels/docker.ts';
import {containerName, type Level} from '../levels/level.ts';

/**
 * The docker level through the docker client, which a person has where the tool has the Engine API: each of these commands is the call that
 * `levels/docker.ts` makes. https://docs.docker.com/reference/cli/docker/
 */
export const dockerOnPaper: Level = {
  name: 'docker',
  start: async ({machine, workload, steps}) => {
    const name = containerName(workload);
    await steps.command('start the container', machine, dockerRunArgv(workload, name));
    const inspected = (field: string): Promise<string> =>
      machine.succeed(['docker', 'inspect', '--format', `{{${field}}}`, name]);
    return {
      name,
      pid: Number(await inspected('.State.Pid')),
      address: await inspected('.NetworkSettings.Networks.bridge.IPAddress'),
      bundle: '',
      imageDigest: '',
      state: () => Promise.resolve('running'),
      logs: () => machine.succeed(['docker', 'logs', name]),
      exec: (argv, options) => machine.exec(dockerExecArgv(name, argv, options)),
      kill: async (signal) => void (await machine.succeed(['docker', 'kill', '--signal', signal, name])),
      waitForExit: async () => Number(await machine.succeed(['docker', 'wait', name])),
      [Symbol.asyncDispose]: async () => void (await machine.succeed(['docker', 'rm', '--force', '--volumes', name])),
    };
  },
};
