import {describe, expect, test} from 'vitest';
import {downloadArgv, packageOf} from '../../vms/image/upgrade-packages.ts';
import {loadRuntimeSet} from '../../vms/runtimes/runtime-set.ts';
import type {Workload} from '../scenario/workload.ts';
import {installArgv, lastWords} from './apt-command.ts';
import {componentsIn, packagesOf, servicesToRestart, versionsAfter} from './component.ts';
import {parseSample, proberArgv} from './prober.ts';
import {upgradeWorkloads, type UpgradeWorkload} from './upgrade-workload.ts';
import {removeArgvs, startArgv} from './workload-commands.ts';

const nginx = {
  name: 'nginx',
  image: {name: 'docker.io/library/nginx:latest'},
  port: 80,
  publishedPort: 8080,
  answer: {status: 200, contains: 'Welcome to nginx!'},
} as Workload;

describe('apt', () => {
  test('resolves and downloads without installing', () => {
    expect(downloadArgv(['runc']).join(' ')).toBe('apt-get install --download-only --yes --no-install-recommends runc');
  });

  test('installs files and asks nobody', () => {
    const argv = installArgv(['/a/runc_1_amd64.deb']);
    expect(argv.slice(0, 4)).toEqual(['apt-get', 'install', '--yes', '--no-install-recommends']);
    expect(argv).toContain('--option=Dpkg::Options::=--force-confold');
    expect(argv.at(-1)).toBe('/a/runc_1_amd64.deb');
  });

  test.for([
    ['runc_1.1.15+ds1-2+b4_amd64.deb', 'runc', '1.1.15+ds1-2+b4'],
    ['/x/iproute2_1%3a6.1-1_arm64.deb', 'iproute2', '1:6.1-1'],
  ] as const)('names the file %s', ([file, name, version]) => {
    expect(packageOf(file)).toEqual([name, version]);
  });

  test('a file that is named otherwise is refused', () => {
    expect(() => packageOf('runc.deb')).toThrow('Cannot read the name of the package file "runc.deb"');
  });

  test('of a failure the errors are quoted, or else the last lines', () => {
    expect(lastWords('Reading\ndpkg: error processing runc (--configure):\nmore\nE: Sub-process returned 1.\n')).toBe(
      'dpkg: error processing runc (--configure): | E: Sub-process returned 1',
    );
    expect(lastWords('one\n\ntwo\n')).toBe('one | two');
  });
});

describe('components', () => {
  test('are in the packages that the suite has', async () => {
    expect(packagesOf(await loadRuntimeSet('bookworm'), ['docker'])).toEqual(['docker.io']);
    expect(packagesOf(await loadRuntimeSet('trixie'), ['runc', 'docker'])).toEqual(['runc', 'docker.io', 'docker-cli']);
  });

  test('that a set does not have are refused', async () => {
    const set = {...(await loadRuntimeSet('trixie')), name: 'upstream', packages: ['docker-ce']};
    expect(() => packagesOf(set, ['docker'])).toThrow(
      'Cannot upgrade docker to "upstream": its packages have none of docker.io, docker-cli',
    );
  });

  test('have their daemons restarted from below', () => {
    expect(servicesToRestart(['docker.io', 'libc6', 'containerd', 'runc'])).toEqual(['containerd', 'dockerd']);
    expect(servicesToRestart(['runc', 'docker-cli'])).toEqual([]);
  });

  test('decide the versions afterwards', async () => {
    const [from, to] = [await loadRuntimeSet('bookworm'), await loadRuntimeSet('trixie')];
    expect(componentsIn(['containerd', 'libc6'])).toEqual(['containerd']);
    expect(versionsAfter(from, to, ['containerd', 'libc6'])).toEqual({
      ...from.versions,
      containerd: to.versions.containerd,
    });
  });
});

describe('a workload', () => {
  const of = (name: string): UpgradeWorkload => {
    const workloads = upgradeWorkloads(nginx, {liveRestore: false, restarted: ['containerd', 'dockerd']});
    const found = workloads.find((one) => one.name === name);
    if (found === undefined) throw new Error(name);
    return found;
  };

  test.for([
    [
      'upgrade-docker-always',
      'docker run --detach --name upgrade-docker-always --restart always --publish 8081:80 docker.io/library/nginx:latest',
      'docker rm --force --volumes upgrade-docker-always',
    ],
    [
      'upgrade-ctr',
      'ctr run --detach --null-io --with-ns network:/run/netns/upgrade-ctr-net docker.io/library/nginx:latest upgrade-ctr',
      'ctr tasks delete --force upgrade-ctr; ctr containers delete upgrade-ctr',
    ],
  ] as const)('%s is started and removed by its runtime', ([name, start, remove]) => {
    expect(startArgv(of(name)).join(' ')).toBe(start);
    expect(
      removeArgvs(of(name))
        .map((argv) => argv.join(' '))
        .join('; '),
    ).toBe(remove);
  });

  test.for([
    [true, ['containerd', 'dockerd'], ['survives', 'survives', 'survives', 'survives']],
    [false, ['containerd', 'dockerd'], ['stays down', 'is restarted', 'survives', 'survives']],
    [false, ['containerd'], ['survives', 'survives', 'survives', 'survives']],
  ] as const)('with live-restore %s, and %s restarted, fares as documented', ([liveRestore, restarted, expected]) => {
    expect(upgradeWorkloads(nginx, {liveRestore, restarted}).map((one) => one.expected)).toEqual(expected);
  });

  test('is asked from two places, by one process each', () => {
    const {targets} = of('upgrade-docker-no');
    expect(proberArgv('neighbour', targets.slice(1), nginx.answer, {latency: 1})).toEqual([
      'nsenter',
      '--net=/run/netns/neighbour',
      'perl',
      '/run/plumbline/prober.pl',
      '100',
      '1000',
      '200',
      'Welcome to nginx!',
      'upgrade-docker-no-neighbour=198.51.100.1:8080',
    ]);
  });
});

test.for([
  ['a\t1000\t2\tok\t', {name: 'a', sentMs: 1000, tookMs: 2, failure: undefined}],
  ['a\t1000\t0\tfailed\tConnection refused', {name: 'a', sentMs: 1000, tookMs: 0, failure: 'Connection refused'}],
] as const)('a line of the prober is read: %s', ([line, sample]) => {
  expect(parseSample(line)).toEqual(sample);
});
