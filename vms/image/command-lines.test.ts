import {expect, onTestFinished, test, vi} from 'vitest';
import {aptProxies} from './apt-proxies.ts';
import {aptConfig, sourcesList} from './debian-packages.ts';
import {isolatedArgv} from './isolated-command.ts';
import {pullArgv} from './pulled-image.ts';
import {upstreamVersion} from './root-versions.ts';

test('an isolated command dies with the tool, and with it all it started', () => {
  const argv = isolatedArgv(['sleep', '1']);
  expect(argv.slice(0, 3)).toEqual(['setpriv', '--pdeathsig=KILL', '--']);
  expect(argv).toContain('--kill-child=KILL');
  expect(argv.slice(-3)).toEqual(['--', 'sleep', '1']);
});

test('an image is pulled by the digest that was inspected', () => {
  expect(pullArgv('docker.io/library/nginx:latest', 'sha256:ab', '/layout')).toEqual([
    'skopeo',
    'copy',
    'docker://docker.io/library/nginx@sha256:ab',
    'oci:/layout',
  ]);
});

test('apt checks signatures and reads nothing of the host but its way to a mirror', () => {
  expect(sourcesList({name: 'bookworm', mirror: 'http://deb.debian.org/debian'})).toBe(
    'deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://deb.debian.org/debian bookworm main\n',
  );
  const lines = aptConfig('/work', 'Acquire::Languages "de";\nAcquire::http::Proxy "http://proxy:3128";').split('\n');
  for (const line of [
    'Dir::State::status "/work/status";',
    'Dir::Etc::Main "/dev/null";',
    'Dir::Etc::Parts "/dev/null";',
  ])
    expect(lines).toContain(line);
  expect(lines).toContain('Acquire::http::Proxy "http://proxy:3128";');
  // The last one counts.
  expect(lines.findLast((line) => line.startsWith('Acquire::Languages'))).toBe('Acquire::Languages "none";');
});

test('the proxies of the host are for an apt that does not read its configuration, unless variables say others', async () => {
  onTestFinished(() => void vi.unstubAllEnvs());
  for (const name of ['http_proxy', 'https_proxy']) vi.stubEnv(name, undefined);
  const proxies = (answer: string) => aptProxies(async () => answer);
  const both = "http_proxy='http://cache:3142'\nhttps_proxy='http://cache:3142'\n";
  expect(await proxies(both)).toEqual({http_proxy: 'http://cache:3142', https_proxy: 'http://cache:3142'});
  expect(await proxies(`${both}https_proxy='DIRECT'`)).toEqual({http_proxy: 'http://cache:3142'});
  expect(await proxies('')).toEqual({});
  vi.stubEnv('http_proxy', 'http://other');
  expect(await proxies(both)).toEqual({https_proxy: 'http://cache:3142'});
});

test.for([
  ['Docker version 20.10.24+dfsg1, build 5d6db84', '20.10.24'],
  ['containerd github.com/containerd/containerd 1.6.20~ds1 1.6.20~ds1-1+deb12u3', '1.6.20'],
  ['runc version 1.3.6+ds1\nspec: 1.2.1\n', '1.3.6'],
  ['devel\n', 'devel'],
] as const)('the upstream version in "%s" is %s', ([output, version]) => {
  expect(upstreamVersion(output)).toBe(version);
});
