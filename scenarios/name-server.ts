import {readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {LAN} from '../harness/network/neighbour.ts';
import type {ScenarioContext} from '../harness/scenario/definition.ts';
import {scratchFolder} from './scratch-folder.ts';

/** The one name that {@link serveNames} knows. */
export const KNOWN_NAME = 'outside.example';

/** Flags of `docker run` for a container whose names the machine's own server answers. */
export const ASKS_NAME_SERVER = ['--dns', LAN.machine];

/**
 * Runs a name server on the machine's address in its own network, for the life of the scenario. A machine has none, so that what a resolver
 * makes of an answer does not show, only how long it waits for one.
 */
export const serveNames = async (context: ScenarioContext): Promise<void> => {
  const {machine, defer, step, eventually} = context;
  const text = await readFile(join(import.meta.dirname, 'name-server/serve.pl'));
  await step('run a name server', async () => {
    const script = `${await scratchFolder(context, 'name-server')}/serve.pl`;
    await machine.put(script, text);
    const server = machine.spawn(['perl', script, LAN.machine]);
    defer(() => server.ended);
    defer(() => Promise.resolve(server.kill()));
    await eventually(() => machine.succeed(['ss', '--no-header', '--listening', '--udp', '--numeric'])).toContain(
      `${LAN.machine}:53 `,
    );
  });
};
