import {rename, rm, symlink} from 'node:fs/promises';
import {join} from 'node:path';
import {threadId} from 'node:worker_threads';
import {getContainerRuntimeClient} from 'testcontainers';
import {askDockerd} from './dockerd-failure.ts';
import type {LevelContext} from './level.ts';

let linkedTo: string | undefined;

/**
 * Points testcontainers at the dockerd of a machine. It looks for an engine once in the life of a process, so what it is given
 * is a link, which is turned to another machine when there is another.
 */
export const pointTestcontainersAt = async ({
  machine,
  scratch,
}: Pick<LevelContext, 'machine' | 'scratch'>): Promise<void> => {
  const {id, restores = 0} = machine.reference;
  const state = `${id} ${restores}`;
  if (linkedTo === state) {
    return;
  }
  const link = join(scratch, `docker-${process.pid}-${threadId}.sock`);
  await rm(`${link}.new`, {force: true});
  await symlink(await machine.forwardSocket('/run/docker.sock'), `${link}.new`);
  await rename(`${link}.new`, link);
  linkedTo = state;
  process.env['DOCKER_HOST'] = `unix://${link}`;
  // Its reaper is an image that no machine has, and the machine itself is thrown away.
  process.env['TESTCONTAINERS_RYUK_DISABLED'] = 'true';
  // It asks the engine about itself on first use, which must not count as the time that a container takes to start.
  await askDockerd('connect to dockerd', () => getContainerRuntimeClient());
};
