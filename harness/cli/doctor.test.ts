import {mkdtempDisposable, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {PassThrough} from 'node:stream';
import {execa} from 'execa';
import {expect, test} from 'vitest';
import type {HostFacts} from '../../vms/host/facts.ts';
import type {Provider, Requirement} from '../../vms/machine.ts';
import {doctor} from './doctor.ts';
import type {DoctorOptions} from './doctor.ts';
import {hostRows} from './host-rows.ts';

const facts: HostFacts = {
  system: 'Debian GNU/Linux 13 (trixie)',
  kernel: '6.12.0',
  isRoot: true,
  cgroups: 'v2',
  features: {overlay: 'module', veth: 'built-in', bridge: 'built-in', nf_tables: 'built-in', ip_tables: 'absent'},
  kvm: 'absent',
  memory: {totalBytes: 8e9, freeBytes: 6e9},
  disk: {folder: '/root/.cache/plumbline', freeBytes: 40e9},
};

const refuse = (): never => {
  throw new Error('a doctor starts nothing');
};

const provider = (name: string, missing: () => Promise<readonly Requirement[]>): Provider => ({
  name,
  missing,
  start: refuse,
  attach: refuse,
});

const usable = provider('sandbox', async () => []);
const unusable = provider('qemu', async () => [
  {sentence: 'qemu-system-x86_64 is not installed', remedy: 'apt-get install -y qemu-system-x86'},
  {sentence: 'qemu-img is not installed'},
]);

const seen = async (options: Partial<DoctorOptions>) => {
  const stream = new PassThrough({encoding: 'utf8'});
  const exitCode = await doctor({providers: [usable, unusable], stream, facts, missing: [], colour: false, ...options});
  return {exitCode, output: String(stream.read())};
};

test('every requirement and every provider has a row', async () => {
  const {exitCode, output} = await seen({});
  expect(exitCode).toBe(0);
  expect(output.replace(process.versions.node, 'VERSION')).toMatchInlineSnapshot(`
    "This host
      ✓ node       VERSION
      ✓ system     Debian GNU/Linux 13 (trixie), kernel 6.12.0
      ✓ user       root
      ✓ cgroups    version 2
      ! kernel     veth, bridge, nf_tables, overlay as modules, without ip_tables
      ! kvm        no /dev/kvm: virtual machines are emulated, which is slow
      ✓ memory     6.0 GB of 8.0 GB free
      ✓ disk       40.0 GB free for /root/.cache/plumbline
      ✓ packages   all that a bake and a sandbox call are there

    Machines
      ✓ sandbox    usable
      ✗ qemu       qemu-system-x86_64 is not installed
                   mend: apt-get install -y qemu-system-x86
                   qemu-img is not installed

    Machines can be made here with sandbox
    "
  `);
});

test('exit code 3 without a usable provider', async () => {
  const {exitCode, output} = await seen({providers: [unusable]});
  expect(exitCode).toBe(3);
  expect(output).toMatch(/No machine can be made here: no provider is usable\n$/v);
});

test('exit code 3 when a package is missing that every provider needs', async () => {
  const {exitCode, output} = await seen({missing: [{name: 'util-linux', lacking: ['flock']}]});
  expect(exitCode).toBe(3);
  expect(output).toContain('✗ packages   not installed: util-linux (flock)\n               mend: npm run setup\n');
});

test('a provider that fails to tell what it lacks does not hide the others', async () => {
  const broken = provider('broken', async () => {
    throw new Error('spawn EACCES');
  });
  const {exitCode, output} = await seen({providers: [broken, usable]});
  expect(exitCode).toBe(0);
  expect(output).toContain('✗ broken     Cannot find out what it needs: spawn EACCES');
});

test('what machines would be like is said where they can be made', async () => {
  const outlook = async () => ['with tcg, the processor is emulated'];
  const {output} = await seen({
    providers: [
      {...usable, outlook},
      {...unusable, outlook},
    ],
  });
  expect(output).toContain('✓ sandbox    usable: with tcg, the processor is emulated\n');
  expect(output.match(/with tcg/gv)).toHaveLength(1);
});

test('with --json there is one document', async () => {
  const {exitCode, output} = await seen({json: true, providers: [unusable]});
  expect(exitCode).toBe(3);
  expect(JSON.parse(output)).toMatchObject({
    usable: false,
    host: expect.arrayContaining([{name: 'cgroups', state: 'fine', text: 'version 2'}]),
    providers: [{name: 'qemu', usable: false, missing: [{sentence: 'qemu-system-x86_64 is not installed'}, {}]}],
  });
});

const rowOf = (name: string, changes: Partial<HostFacts>, nodeVersion = '24.1.0') =>
  hostRows({facts: {...facts, ...changes}, missing: [], nodeVersion, platform: 'linux'}).find(
    (row) => row.name === name,
  );
const stateOf = (...asked: Parameters<typeof rowOf>): string | undefined => rowOf(...asked)?.state;

test('what a host falls short of is a warning or a lack', () => {
  expect(stateOf('node', {}, '22.18.0')).toBe('missing');
  expect(stateOf('user', {isRoot: false})).toBe('warning');
  expect(stateOf('cgroups', {cgroups: 'none'})).toBe('warning');
  expect(stateOf('cgroups', {cgroups: 'hybrid'})).toBe('fine');
  expect(stateOf('kvm', {kvm: 'forbidden'})).toBe('warning');
  expect(stateOf('disk', {disk: {folder: '/', freeBytes: 1e9}})).toBe('warning');
  expect(stateOf('disk', {disk: {folder: '/', freeBytes: undefined}})).toBe('warning');
});

test('a host without Linux has no rows about Linux', () => {
  const names = hostRows({facts, missing: [], nodeVersion: '24.1.0', platform: 'darwin'}).map((row) => row.name);
  expect(names).toEqual(['node', 'system', 'memory', 'disk']);
});

test('who is not root is told a command that finds npx wherever it is', async () => {
  await using bin = await mkdtempDisposable(join(tmpdir(), 'plumbline-sudo-'));
  // As sudo does with secure_path, see sudoers(5): it looks for the command elsewhere.
  await writeFile(join(bin.path, 'sudo'), '#!/bin/sh\nPATH=/usr/bin:/bin\nexec "$@"\n', {mode: 0o755});
  await writeFile(join(bin.path, 'npx'), '#!/bin/sh\necho "found, for $*"\n', {mode: 0o755});
  const {stdout} = await execa('sh', ['-c', rowOf('user', {isRoot: false})?.remedy ?? ''], {
    env: {PATH: `${bin.path}:/usr/bin:/bin`},
  });
  expect(stdout).toBe('found, for plumbline run');
});
