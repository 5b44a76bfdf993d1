import {mkdir, mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, expect, test, vi} from 'vitest';
import {tinyImage} from '../contract/tiny-image.ts';
import {loadRuntimeSet} from '../runtimes/runtime-set.ts';
import {bake} from './bake.ts';
import {openLayer} from './vm-layer.ts';

const {signal} = new AbortController();
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vm-layer-test-'));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, {recursive: true, force: true});
});

/** Over the root of the user's own cache. */
const inLayer = async (script: string): Promise<string> => {
  await using image = await bake(await loadRuntimeSet('bookworm'), [tinyImage], {signal, report: () => {}});
  const [content, scratch] = [join(folder, 'content'), join(folder, 'scratch')];
  for (const part of [content, scratch]) await mkdir(part);
  const run = await openLayer(image.layers.at(-1) ?? '', content, scratch, {action: 'run a script', signal});
  return run(script);
};

test('packages find a folder for temporary files, wherever that of the host is', {timeout: 300_000}, async () => {
  vi.stubEnv('TMPDIR', folder);
  expect(await inLayer('dirname "$(mktemp)"')).toBe('/tmp');
});

test('and apt the proxy that the host has for its own', {timeout: 300_000}, async () => {
  const config = join(folder, 'apt.conf');
  await writeFile(config, 'Acquire::http::Proxy "http://cache:3142";');
  vi.stubEnv('APT_CONFIG', config);
  vi.stubEnv('http_proxy', undefined);
  expect(await inLayer('echo "$http_proxy"')).toBe('http://cache:3142');
});
