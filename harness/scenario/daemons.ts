import {systemdServices} from '../../vms/guest/systemd-services.ts';
import {servicesOf, type ServiceName, type Services} from '../../vms/services.ts';
import type {ScenarioContext} from './definition.ts';

const CONFIGURATION = '/etc/docker/daemon.json';

/** The daemons of a machine: by its provider's power, or else by systemd. */
export const daemonsOf = ({machine}: Pick<ScenarioContext, 'machine'>): Services =>
  servicesOf(machine) ?? systemdServices(machine);

/** How a daemon can end before it is started again. */
export type Ending = 'stopped' | 'killed';

/** Ends a daemon and starts it again; returns once it answers. */
export const restart = async (
  context: Pick<ScenarioContext, 'machine' | 'step'>,
  name: ServiceName,
  ending: Ending = 'stopped',
): Promise<void> => {
  const daemons = daemonsOf(context);
  await context.step(`${name} is ${ending} and started again`, async () => {
    await (ending === 'stopped' ? daemons.stop(name) : daemons.kill(name));
    if (ending === 'killed' && name === 'dockerd') {
      // Named after an id of the daemon that was killed; no other one removes it.
      await context.machine.succeed(['sh', '-c', 'rm -f /run/docker/libnetwork/*.sock']);
    }
    await daemons.start(name);
  });
};

/** Gives dockerd a configuration, for the life of the scenario. */
export const configureDockerd = async (
  context: Pick<ScenarioContext, 'machine' | 'step' | 'defer'>,
  configuration: object,
): Promise<void> => {
  const {machine, defer} = context;
  defer(async () => {
    await machine.succeed(['rm', '-f', CONFIGURATION]);
    await restart(context, 'dockerd');
  });
  await machine.put(CONFIGURATION, JSON.stringify(configuration));
  await restart(context, 'dockerd');
};
