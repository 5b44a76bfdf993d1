import {once} from 'node:events';
import {createServer} from 'node:http';
import type {AddressInfo} from 'node:net';
import {dirname, join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {cacheFolder} from '../../vms/image/cache-folder.ts';
import {RUN_MS} from '../cli/plumbline-process.ts';
import {TestPlace} from '../cli/test-place.ts';

const statements = `scenario('loses dockerd first', {workload: nginx, reach: {docker: usualReach.docker}, prepare: async ({machine}) => {
  await machine.succeed(['pkill', '-KILL', '-x', 'dockerd']);
}});
scenario('has dockerd', {workload: nginx, reach: {docker: usualReach.docker}});`;

/** A docker of this host, in which nothing may be made; what it is asked for is added to the list. */
const startForeignDocker = async (socket: string | undefined): Promise<{readonly asked: string[]; port: number}> => {
  const asked: string[] = [];
  const server = createServer(({method, url}, response) => {
    asked.push(`${method} ${url}`);
    response.writeHead(method === 'GET' && url === '/info' ? 200 : 404, {'content-type': 'application/json'}).end('{}');
  });
  onTestFinished(() => void server.close());
  await once(socket === undefined ? server.listen(0, '127.0.0.1') : server.listen(socket), 'listening');
  return {asked, port: socket === undefined ? (server.address() as AddressInfo).port : 0};
};

/** Runs the scenarios with `place` as the user's home; returns what each cell failed with first. */
const firstFailures = async (place: TestPlace, environment: Readonly<Record<string, string>>) => {
  const argv = ['run', '--machine', 'sandbox', '--reports', join(place.folder, 'reports')];
  await place.start([...argv, await place.scenario('docker', statements)], RUN_MS, {
    HOME: place.folder,
    XDG_CACHE_HOME: dirname(cacheFolder()),
    ...environment,
  });
  const [record] = await place.records();
  return record?.cells.map(({failures: [failure]}) => failure?.sentence);
};

test('whatever the environment says of docker, the one in the machine is used', async () => {
  const place = await TestPlace.make();
  onTestFinished(() => place[Symbol.asyncDispose]());
  const {asked} = await startForeignDocker(join(place.folder, 'docker.sock'));
  for (const name of ['ca', 'cert', 'key']) await place.file(`${name}.pem`, '', 0o644);
  const failures = await firstFailures(place, {
    XDG_RUNTIME_DIR: place.folder,
    DOCKER_TLS_VERIFY: '1',
    DOCKER_CERT_PATH: place.folder,
    TESTCONTAINERS_HOST_OVERRIDE: 'docker.invalid',
    TESTCONTAINERS_HUB_IMAGE_NAME_PREFIX: 'registry.invalid',
  });
  expect(failures).toEqual(['Cannot connect to dockerd: dockerd is not running', undefined]);
  expect(asked).toEqual([]);
});

test('a docker that testcontainers is told to use is refused before anything is made in it', async () => {
  const place = await TestPlace.make();
  onTestFinished(() => place[Symbol.asyncDispose]());
  const {asked, port} = await startForeignDocker(undefined);
  await place.file('.testcontainers.properties', `tc.host=tcp://127.0.0.1:${port}\n`, 0o644);
  const failures = await firstFailures(place, {});
  expect(failures?.[1]).toBe(
    `Cannot use dockerd in the machine: testcontainers keeps to the engine at "127.0.0.1:${port}", which is "tc.host" in ~/.testcontainers.properties`,
  );
  expect(asked).toEqual(['GET /info']);
});
