import {z} from 'zod';
import type {ServiceName} from '../../vms/services.ts';
import type {ScenarioContext} from './definition.ts';

const CONFIGURATION = '/etc/docker/daemon.json';

/** How a daemon can end before it is started again. */
export type Ending = 'stopped' | 'killed';

/** Ends a daemon and starts it again; returns once it answers. */
export const restart = async (
  {machine, step}: Pick<ScenarioContext, 'machine' | 'step'>,
  name: ServiceName,
  ending: Ending = 'stopped',
): Promise<void> => {
  const {services} = machine;
  await step(`${name} is ${ending} and started again`, async () => {
    await (ending === 'stopped' ? services.stop(name) : services.kill(name));
    if (ending === 'killed' && name === 'dockerd') {
      // Named after an id of the daemon that was killed; no other one removes it.
      await machine.succeed(['sh', '-c', 'rm -f /run/docker/libnetwork/*.sock']);
    }
    await services.start(name);
  });
};

/** Gives dockerd a configuration beside that which it has, as from `--runc`, for the life of the scenario. */
export const configureDockerd = async (
  context: Pick<ScenarioContext, 'machine' | 'step' | 'defer'>,
  configuration: Readonly<Record<string, unknown>>,
): Promise<void> => {
  const {machine, defer} = context;
  const before = await machine.exec(['cat', CONFIGURATION]);
  const present = before.exitCode === 0 ? configurationSchema.parse(JSON.parse(before.stdout)) : {};
  defer(async () => {
    await (before.exitCode === 0
      ? machine.put(CONFIGURATION, before.stdout)
      : machine.succeed(['rm', '-f', CONFIGURATION]));
    await restart(context, 'dockerd');
  });
  const {runtimes = {}, ...others} = configurationSchema.parse(configuration);
  const all = {...present, ...others, runtimes: {...present.runtimes, ...runtimes}};
  await machine.put(CONFIGURATION, JSON.stringify(all));
  await restart(context, 'dockerd');
};

/** https://docs.docker.com/reference/cli/dockerd/#daemon-configuration-file */
const configurationSchema = z.looseObject({runtimes: z.record(z.string(), z.unknown()).optional()});
