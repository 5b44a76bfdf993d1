import {once} from 'node:events';
import {mkdir, mkdtemp, readdir, readFile, rm, writeFile} from 'node:fs/promises';
import {createServer} from 'node:http';
import type {AddressInfo} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, test, vi} from 'vitest';
import {ProvisionError} from '../errors.ts';
import {loadRuntimeSet} from '../runtimes/runtime-set.ts';
import {bake} from './bake.ts';
import {downloadPackages, type HostCommand} from './debian-packages.ts';
import {runIsolated} from './isolated-command.ts';
import {tinyImage} from '../contract/tiny-image.ts';
import {buildRoot} from './root-layer.ts';
import {buildImage} from './workload-image.ts';

const {signal} = new AbortController();
const context = {signal, report: () => {}};
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bake-test-'));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, {recursive: true, force: true});
});

const buildTiny = async (name: string) =>
  buildImage(tinyImage, join(folder, name), join(folder, `${name}-scratch`), context);

describe('buildImage', () => {
  test('gives the same digest each time', {timeout: 60_000}, async () => {
    const first = await buildTiny('first');
    expect(await buildTiny('second')).toEqual(first);
    expect(Object.keys(first.packages)).toEqual(['busybox-static']);
  });

  test.for([
    ['a package that does not exist', {packages: ['no-such-package']}, 'Unable to locate package no-such-package'],
    ['a suite that does not exist', {suite: {...tinyImage.suite, name: 'no-such-suite'}}, 'no-such-suite'],
  ] as const)('says in one sentence what apt says of %s', {timeout: 60_000}, async ([, change, words]) => {
    const building = buildImage({...tinyImage, ...change}, join(folder, 'layout'), join(folder, 'scratch'), context);
    const error = await building.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ProvisionError);
    expect((error as ProvisionError).message).toContain(
      `Cannot bake image "${tinyImage.name}": apt-get ended with exit code 100`,
    );
    expect((error as ProvisionError).message).toContain(words);
    expect((error as ProvisionError).message).not.toContain('\n');
  });
});

describe('downloadPackages', () => {
  test('takes nothing of the host but its way to a mirror', {timeout: 60_000}, async () => {
    const host = join(folder, 'apt.conf.d');
    await mkdir(host);
    await writeFile(
      join(host, '99host'),
      `APT::Default-Release "no-such-release";
       APT::Update::Pre-Invoke {"touch ${folder}/hooked";};
       Acquire::Retries "7";`,
    );
    const script = 'mount --bind "$1" /etc/apt/apt.conf.d; shift; exec "$@"';
    const onHost: HostCommand = async (argv, options) =>
      runIsolated(['sh', '-ec', script, 'sh', host, ...argv], {...options, action: 'download', folder, signal});
    const work = join(folder, 'work');
    const files = await downloadPackages(tinyImage, work, onHost);
    expect(files).toHaveLength(1);
    expect(await readdir(folder)).not.toContain('hooked');
    expect(await readFile(join(work, 'apt.conf'), 'utf8')).toContain('Acquire::Retries "7";\n');
  });
});

describe('buildRoot', () => {
  test('says in one sentence that a mirror does not answer', {timeout: 60_000}, async () => {
    const set = await loadRuntimeSet('bookworm');
    const unreachable = {...set, suite: {...set.suite, mirror: 'http://127.0.0.1:9/debian'}};
    const error = await buildRoot(unreachable, join(folder, 'root'), context).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ProvisionError);
    expect((error as ProvisionError).message).toMatch(
      /^Cannot bake root "bookworm": mmdebstrap ended with .*127\.0\.0\.1/u,
    );
  });
});

describe('the proxy of the host', () => {
  test('is the way to a mirror where no variable says one', {timeout: 300_000}, async () => {
    const asked: (string | undefined)[] = [];
    await using proxy = createServer(({url}, response) => {
      asked.push(url);
      response.writeHead(404).end();
    });
    await once(proxy.listen(0, '127.0.0.1'), 'listening');
    const config = join(folder, 'apt.conf');
    await writeFile(config, `Acquire::http::Proxy "http://127.0.0.1:${(proxy.address() as AddressInfo).port}";`);
    vi.stubEnv('APT_CONFIG', config);
    vi.stubEnv('http_proxy', undefined);
    const set = await loadRuntimeSet('bookworm');
    const away = {...set, suite: {...set.suite, mirror: 'http://mirror.invalid/debian'}};
    await expect(buildRoot(away, join(folder, 'root'), context)).rejects.toThrow('mmdebstrap ended with');
    expect(asked).toContain('http://mirror.invalid/debian/dists/bookworm/InRelease');
  });
});

describe('bake', () => {
  // Takes the root from the user's own cache, where scenario runs keep it as well: only the first run bakes it.
  test('makes a registry that clients trust and that has the image', {timeout: 300_000}, async () => {
    await using image = await bake(await loadRuntimeSet('bookworm'), [tinyImage], context);
    const script = `set -eu
      mount -t tmpfs tmpfs "$1"
      mkdir "$1/upper" "$1/work" "$1/root"
      mount -t overlay overlay -o "lowerdir=$2,upperdir=$1/upper,workdir=$1/work" "$1/root"
      mount --rbind /dev "$1/root/dev"
      ip link set lo up
      chroot "$1/root" docker-registry serve /etc/docker/registry/config.yml >&2 &
      chroot "$1/root" curl --silent --show-error --retry 20 --retry-connrefused --retry-delay 1 \
        --header 'Accept: application/vnd.oci.image.manifest.v1+json' --output /dev/null \
        --write-out '%{http_code} %header{docker-content-digest}' \
        https://registry-1.docker.io/v2/library/tiny/manifests/latest`;
    const answer = await runIsolated(
      ['unshare', '--net', '--', 'sh', '-c', script, 'sh', folder, image.layers.join(':')],
      {action: 'ask the registry', folder, signal},
    );
    expect(answer).toBe(`200 ${image.images[0]?.manifest}`);
    expect(image.root.packages['docker.io']).toMatch(/^20\.10\.24/u);
    expect(await readFile(join(image.layers[1] ?? '', 'etc/hosts'), 'utf8')).toContain(
      '127.0.0.1\tregistry-1.docker.io',
    );
  });
});
