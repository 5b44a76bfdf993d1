import {existsSync} from 'node:fs';
import {readFile, readdir} from 'node:fs/promises';
import {join} from 'node:path';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {TestPlace} from '../cli/test-place.ts';
import type {CellRecord} from '../report/run-record.ts';
import {networkFailures, runtimeFailures, starvedHost, type PlantedFailure} from './planted-failures.ts';

/** Evidence of a cell may take this long, in milliseconds; a host that runs other things as well is given twice as long as it should take. */
const LONGEST_MS = 10_000;
const green = `scenario('nothing is wrong', {workload: nginx, reach: {docker: usualReach.docker}});`;

const secret = `scenario('a secret is known', {workload: nginx, reach: {docker: usualReach.docker}, check: async ({machine, run, defer}) => {
  await run(['docker', 'run', '--detach', '--name', 'secretive', '--env', 'API_TOKEN=hunter2', nginx.image.name]);
  defer(() => machine.succeed(['docker', 'rm', '--force', 'secretive']));
  throw new Error('it fails beside it');
}});`;

const places: TestPlace[] = [];
const cells = new Map<string, CellRecord>();
const folders = new Map<string, string>();
const exitCodes: (number | undefined)[] = [];

const runPlanted = async (name: string, failures: readonly PlantedFailure[], argv: readonly string[], more = '') => {
  const place = await TestPlace.make();
  places.push(place);
  const statements = [more, ...failures.map(({statement}) => statement)].join('\n');
  exitCodes.push((await place.startRun([...argv, await place.scenario(name, statements)])).exitCode);
  const [record] = await place.records();
  for (const cell of record?.cells ?? []) {
    cells.set(cell.scenario, cell);
    folders.set(cell.scenario, join(place.folder, 'reports', record?.id ?? ''));
  }
};

beforeAll(() => runPlanted('network', networkFailures, [], green));
beforeAll(() => runPlanted('runtime', runtimeFailures, [], secret));
beforeAll(() => runPlanted('starved', [starvedHost], ['--deadline', '10']));

afterAll(async () => {
  for (const place of places) {
    await place[Symbol.asyncDispose]();
  }
});

const address = String.raw`172\.17\.0\.\d+`;

test.for<[name: string, failureClass: string, layer: string, firstLine: RegExp]>([
  [
    'image missing',
    'runtime',
    'containerd',
    /^Cannot run "ctr run .*": containerd has no image "docker\.io\/library\/nginx:latest"$/,
  ],
  [
    'port taken',
    'runtime',
    'dockerd',
    /^Cannot start the container "plumbline-nginx": port 443 of the machine is in use, by process \d+ "docker-registry /,
  ],
  [
    'DNAT rule deleted while running',
    'runtime',
    'firewall',
    new RegExp(`^Cannot confirm ".*": no DNAT rule leads port 8080 of the machine to ${address}:80 `),
  ],
  [
    'proxy killed',
    'runtime',
    'docker-proxy',
    /^Cannot confirm "machine .*": docker-proxy is not running, nobody listens on port 8080 of the machine$/,
  ],
  [
    'FORWARD policy drop',
    'probe',
    'firewall',
    /^Cannot confirm ".*": the policy DROP of chain FORWARD \(table filter\) threw away its packets \(\d+ when/,
  ],
  [
    'netns address removed',
    'probe',
    'network namespace',
    /^Cannot confirm "machine .*": the address 192\.168\.10\.1 is gone from the workload's network namespace /,
  ],
  [
    'workload crashes at start',
    'workload',
    'workload',
    // As docker still starts it, or right after.
    /^Cannot (?:run "docker run .*": it ended with exit code 3,|reach ".*": the workload has ended, having said:) last words$/,
  ],
  [
    'workload hangs',
    'workload',
    'workload',
    /^Cannot confirm ".*": the workload hangs, \d+ of its \d+ processes are stopped by a signal \(state T\)$/,
  ],
  ['dockerd killed', 'runtime', 'dockerd', /^Cannot inspect the container "[0-9a-f]+": dockerd is not running$/],
  [
    'disk full in the guest',
    'guest',
    'disk',
    /^Cannot .*: no space left on device: "\/run" \(\d+ of \d+ KiB are free\) is full$/,
  ],
  ['host CPU starved', 'host', 'host CPU', /^Cannot finish ".*": the host is starved of CPU, a /],
])('%s: the first line names it', async ([name, failureClass, layer, firstLine]) => {
  const cell = cells.get(name);
  expect(cell?.failures[0]).toMatchObject({class: failureClass, layer, sentence: expect.stringMatching(firstLine)});
  const readme = await readFile(new URL('README.md', import.meta.url), 'utf8');
  const row = readme.split('\n').find((line) => line.startsWith(`| ${name} |`));
  expect(withoutNumbers(row?.split(' | ')[2] ?? '').split(' or ')).toContain(
    withoutNumbers(cell?.failures[0]?.sentence ?? ''),
  );
});

/** What no two runs share: process ids and ids of containers, and how starved the host was. */
const withoutNumbers = (sentence: string): string =>
  sentence
    .replace(/`/g, '')
    .replace(/reach "[^"]*"/, 'reach "IT"')
    .replace(/"[0-9a-f]{12}"/g, '"ID"')
    .replace(/(starved of CPU), .*/, '$1')
    .replaceAll(/\d+/g, 'N')
    .replace(/ \|$/, '');

test('a cell that failed has its evidence, in time', async () => {
  const failed = [...cells.values()].filter(({status}) => status === 'failed');
  expect(failed).toHaveLength(12);
  for (const {scenario, steps, failures} of failed) {
    const taken = steps.find(({title}) => title === 'collect evidence')?.durationMs;
    expect(taken, scenario).toBeLessThan(LONGEST_MS);
    const files = failures[0]?.evidence ?? [];
    expect(files[0], scenario).toMatch(/\/timeline\.txt$/);
    expect(files.every((file) => existsSync(join(folders.get(scenario) ?? '', file)))).toBe(true);
  }
});

test('the evidence joins logs, commands and packets in one time-line, and has what each runtime says', async () => {
  const folder = join(
    folders.get('FORWARD policy drop') ?? '',
    'evidence',
    'network-FORWARD-policy-drop-docker-published-bookworm',
  );
  const timeline = await readFile(join(folder, 'timeline.txt'), 'utf8');
  const sources = new Set(timeline.split('\n').map((line) => line.split('\t')[2]));
  expect([...sources]).toEqual(
    expect.arrayContaining(['step', 'command', 'packet', 'dockerd', 'containerd', 'workload']),
  );
  expect(timeline).toMatch(/\tpacket\teth0 in: TCP 192\.0\.2\.1:\d+ > 192\.0\.2\.2:8080 SYN\n/);
  expect(await readFile(join(folder, 'commands.txt'), 'utf8')).toContain('\texit code 0\tiptables -F FORWARD\n');
  expect((await readFile(join(folder, 'packets.pcap'))).readUInt32LE(0)).toBe(0xa1_b2_c3_d4);
  const inspected = JSON.parse(await readFile(join(folder, 'state', 'docker-containers.json'), 'utf8')) as {
    Name: string;
  }[];
  expect(inspected.map(({Name: name}) => name)).toEqual(['/plumbline-nginx']);
  expect(await readFile(join(folder, 'state', 'containerd.txt'), 'utf8')).toContain('namespace moby');
  expect(await readFile(join(folder, 'state', 'runtime-states.txt'), 'utf8')).toContain('init_process_pid');
  const names = await readdir(join(folder, 'state'));
  expect(names).toEqual(
    expect.arrayContaining([
      'iptables.txt',
      'mounts.txt',
      'netns.txt',
      'cgroups.txt',
      'pressure.txt',
      'routes4.json',
      'bundles.txt',
    ]),
  );
});

test('no file of a run has the value of a secret', async () => {
  const folder = folders.get('a secret is known') ?? '';
  const entries = await readdir(folder, {recursive: true, withFileTypes: true});
  const files = entries.filter((entry) => entry.isFile()).map(({parentPath, name}) => join(parentPath, name));
  const texts = new Map(await Promise.all(files.map(async (file) => [file, await readFile(file, 'latin1')] as const)));
  const withText = (text: string) => files.filter((file) => texts.get(file)?.includes(text));
  expect(withText('hunter2')).toEqual([]);
  expect(withText('API_TOKEN=<redacted>')).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/a-secret-is-known.*\/state\/docker-containers\.json$/v),
      expect.stringMatching(/a-secret-is-known.*\/commands\.txt$/v),
      join(folder, 'run.json'),
    ]),
  );
});

test('a cell that passed has none', () => {
  const cell = cells.get('nothing is wrong');
  expect(cell?.status).toBe('passed');
  expect(
    existsSync(
      join(folders.get('nothing is wrong') ?? '', 'evidence', 'network-nothing-is-wrong-docker-published-bookworm'),
    ),
  ).toBe(false);
});

test('the exit code says whose fault it is', () => {
  expect(exitCodes).toEqual([1, 1, 3]);
});
