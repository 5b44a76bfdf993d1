import {mkdir, mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {hostPackages, missingPackages, packageRequirements} from './packages.ts';
import type {HostPackage} from './packages.ts';
import {hasProgram, searchPath} from './search-path.ts';

const folderWith = async (programs: readonly string[], mode = 0o755): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'plumbline-programs-'));
  onTestFinished(() => rm(folder, {recursive: true}));
  for (const program of programs) await writeFile(join(folder, program), '', {mode});
  return folder;
};

const util: HostPackage = {name: 'util-linux', needs: ['bake', 'sandbox'], programs: ['unshare', 'flock'], files: []};
const keyring: HostPackage = {name: 'keyring', needs: ['bake'], programs: [], files: ['/no/such/keyring.gpg']};

test('a package whose programs are all there is not missing', async () => {
  const folders = [await folderWith(['unshare']), await folderWith(['flock'])];
  expect(await missingPackages(['sandbox'], {packages: [util, keyring], folders})).toEqual([]);
});

test('a missing package says what of it is lacking', async () => {
  const folders = [await folderWith(['unshare'])];
  expect(await missingPackages(['bake'], {packages: [util, keyring], folders})).toEqual([
    {name: 'util-linux', lacking: ['flock']},
    {name: 'keyring', lacking: ['/no/such/keyring.gpg']},
  ]);
});

test('what is lacking is told in a sentence', async () => {
  const sentences = async (programs: readonly string[]) => {
    const search = {packages: [util], folders: [await folderWith(programs)]};
    return (await packageRequirements(['sandbox'], 'install it', search)).map(({sentence}) => sentence);
  };
  expect(await sentences(['unshare'])).toEqual(['flock of the package util-linux is not installed']);
  expect(await sentences([])).toEqual(['unshare and flock of the package util-linux are not installed']);
});

test('packages for other needs do not matter', async () => {
  expect(await missingPackages(['pull'], {packages: [util, keyring], folders: []})).toEqual([]);
});

test('a folder or a file that can not be run is no program', async () => {
  const folder = await folderWith(['flock'], 0o644);
  await mkdir(join(folder, 'unshare'));
  expect(await hasProgram('flock', [folder])).toBe(false);
  expect(await hasProgram('unshare', [folder])).toBe(false);
});

test('the folders of the administrator are searched after those of PATH', () => {
  expect(searchPath('/a::/b')).toEqual(['/a', '/b', '/usr/local/sbin', '/usr/sbin', '/sbin']);
  expect(searchPath('/sbin:/a')).toEqual(['/sbin', '/a', '/usr/local/sbin', '/usr/sbin']);
});

test('every package of the table can be told to be there', () => {
  const all = [...hostPackages('x64'), ...hostPackages('arm64')];
  expect(all.filter(({programs, files}) => programs.length + files.length === 0)).toEqual([]);
});
