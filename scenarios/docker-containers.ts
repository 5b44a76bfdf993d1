import assert from 'node:assert/strict';
import type {ScenarioContext} from '../harness/scenario/definition.ts';

/** What scenarios of docker need to run containers with the client. */
type DockerContext = Pick<ScenarioContext, 'machine' | 'defer' | 'workload'>;

/** What `docker inspect` says of a container, as far as scenarios ask. */
export interface Inspected {
  readonly Id: string;
  readonly State: {readonly Status: string; readonly ExitCode: number; readonly Pid: number};
  readonly NetworkSettings: {
    readonly Networks: Readonly<
      Record<
        string,
        {
          readonly IPAddress: string;
          readonly GlobalIPv6Address: string;
          readonly MacAddress: string;
          readonly Aliases: readonly string[] | null;
          readonly DNSNames?: readonly string[] | null;
        }
      >
    >;
  };
}

/** Starts a container of the workload's image in the background, for the life of the scenario. */
export const runInBackground = async (
  {machine, defer, workload}: DockerContext,
  name: string,
  flags: readonly string[] = [],
  argv: readonly string[] = [],
): Promise<void> => {
  defer(() => machine.exec(['docker', 'rm', '--force', '--volumes', name]));
  await machine.succeed(['docker', 'run', '--detach', '--name', name, ...flags, workload.image.name, ...argv]);
};

/** What dockerd knows of a container; `undefined` when there is none of this name. */
export const inspectContainer = async (
  {machine}: Pick<ScenarioContext, 'machine'>,
  name: string,
): Promise<Inspected | undefined> => {
  const {exitCode, stdout} = await machine.exec(['docker', 'container', 'inspect', name]);
  return exitCode === 0 ? (JSON.parse(stdout) as Inspected[])[0] : undefined;
};

/** Its endpoint in a network; the default bridge unless told. A container that has none there is a fault of dockerd. */
export const endpointOf = async (context: Pick<ScenarioContext, 'machine'>, name: string, network = 'bridge') => {
  const endpoint = (await inspectContainer(context, name))?.NetworkSettings.Networks[network];
  assert(endpoint !== undefined, `"${name}" is not connected to "${network}"`);
  return endpoint;
};

/** State in words: `running`, `exited 137`, `gone`. */
export const stateOf = async (context: Pick<ScenarioContext, 'machine'>, name: string): Promise<string> => {
  const found = await inspectContainer(context, name);
  if (found === undefined) {
    return 'gone';
  }
  const {Status: status, ExitCode: exitCode} = found.State;
  return status === 'exited' ? `exited ${exitCode}` : status;
};
