import {expect, test} from 'vitest';
import {registryFiles} from './registry-storage.ts';

const digest = (digit: string): string => `sha256:${digit.repeat(64)}`;

test('lays an image out as the registry stores it', () => {
  const [manifest, config, layer] = [digest('a'), digest('b'), digest('c')];
  const home = 'docker/registry/v2/repositories/library/nginx';
  expect(registryFiles({repository: 'library/nginx', tag: 'latest'}, {manifest, config, layers: [layer]})).toEqual([
    {path: `docker/registry/v2/blobs/sha256/aa/${'a'.repeat(64)}/data`, copyOf: manifest},
    {path: `docker/registry/v2/blobs/sha256/bb/${'b'.repeat(64)}/data`, copyOf: config},
    {path: `docker/registry/v2/blobs/sha256/cc/${'c'.repeat(64)}/data`, copyOf: layer},
    {path: `${home}/_manifests/revisions/sha256/${'a'.repeat(64)}/link`, link: manifest},
    {path: `${home}/_manifests/tags/latest/current/link`, link: manifest},
    {path: `${home}/_manifests/tags/latest/index/sha256/${'a'.repeat(64)}/link`, link: manifest},
    {path: `${home}/_layers/sha256/${'b'.repeat(64)}/link`, link: config},
    {path: `${home}/_layers/sha256/${'c'.repeat(64)}/link`, link: layer},
  ]);
});

test('stores a layer that occurs twice once', () => {
  const [manifest, config, layer] = [digest('a'), digest('b'), digest('c')];
  const paths = registryFiles({repository: 'x', tag: '1'}, {manifest, config, layers: [layer, layer]}).map(
    ({path}) => path,
  );
  expect(new Set(paths).size).toBe(paths.length);
});
