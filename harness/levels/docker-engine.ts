import {once} from 'node:events';
import {rename, rm, symlink} from 'node:fs/promises';
import {get} from 'node:http';
import {join} from 'node:path';
import {threadId} from 'node:worker_threads';
import {getContainerRuntimeClient, type ContainerRuntimeClient} from 'testcontainers';
import {HostError} from '../../vms/errors.ts';
import {askDockerd} from './dockerd-failure.ts';
import type {LevelContext} from './level.ts';

let link: string | undefined;
let linkedTo: string | undefined;

/**
 * Points testcontainers at the dockerd of a machine. It looks for an engine once in the life of a process, so what it is given
 * is a link, which is turned to another machine when there is another. Throws where it has found another engine than that.
 */
export const pointTestcontainersAt = async ({
  machine,
  scratch,
}: Pick<LevelContext, 'machine' | 'scratch'>): Promise<void> => {
  const {id, restores = 0} = machine.reference;
  const state = `${id} ${restores}`;
  if (linkedTo !== state) {
    const path = join(scratch, `docker-${process.pid}-${threadId}.sock`);
    await rm(`${path}.new`, {force: true});
    await symlink(await machine.forwardSocket('/run/docker.sock'), `${path}.new`);
    await rename(`${path}.new`, path);
    link = path;
    setEnvironment(path);
    // Where it gets no answer itself, testcontainers goes on to the docker of this host, and keeps to it.
    await askDockerd('connect to dockerd', () => ping(path));
    linkedTo = state;
  }
  // It asks the engine about itself on first use, which must not count as the time that a container takes to start.
  await askDockerd('connect to dockerd', machineDockerd);
};

/**
 * The client that testcontainers has, and uses, of the machine's dockerd. Throws {@link HostError} when it is one of another engine, where
 * containers would be started and removed that are none of ours.
 */
export const machineDockerd = async (): Promise<ContainerRuntimeClient['container']['dockerode']> => {
  const {dockerode} = (await getContainerRuntimeClient()).container;
  const {socketPath, host, port} = dockerode.modem as {socketPath?: string; host?: string; port?: string};
  if (socketPath === link) {
    return dockerode;
  }
  throw new HostError(
    socketPath === undefined
      ? `Cannot use dockerd in the machine: testcontainers keeps to the engine at "${host}:${port}", which is "tc.host" in ~/.testcontainers.properties`
      : `Cannot use dockerd in the machine: testcontainers keeps to the engine at "${socketPath}", since this one did not answer at first`,
  );
};

/** What people set for other engines and other images does not hold in a machine. Variables go before ~/.testcontainers.properties. */
const setEnvironment = (socketPath: string): void => {
  Object.assign(process.env, {
    DOCKER_HOST: `unix://${socketPath}`,
    // Set, it would speak TLS on that socket.
    DOCKER_TLS_VERIFY: '',
    // It would ask for the address of a name, or the engine for a gateway, and give up an engine that can't say. Nobody needs to know.
    TESTCONTAINERS_HOST_OVERRIDE: '127.0.0.1',
    TESTCONTAINERS_HUB_IMAGE_NAME_PREFIX: '',
    // Its reaper is an image that no machine has, and the machine itself is thrown away.
    TESTCONTAINERS_RYUK_DISABLED: 'true',
  });
};

const ping = async (socketPath: string): Promise<void> => {
  const [response] = await once(get({socketPath, path: '/_ping', agent: false}), 'response');
  response.resume();
};
