import {mkdir, mkdtemp, readdir, readFile, readlink, rm, stat, symlink, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, expect, test} from 'vitest';
import {UsageError} from '../errors.ts';
import {applyRecipe} from './image-tree.ts';
import type {ImageRecipe} from './recipe.ts';

const nothing: ImageRecipe = {
  name: 'docker.io/library/tiny:latest',
  suite: {name: 'bookworm', mirror: 'http://deb.debian.org/debian'},
  packages: [],
  exclude: [],
  folders: [],
  files: [],
  symlinks: [],
  users: [],
  groups: [],
  config: {},
};
let tree: string;

beforeEach(async () => {
  tree = await mkdtemp(join(tmpdir(), 'image-tree-'));
});
afterEach(async () => rm(tree, {recursive: true}));

test('takes away what is excluded, with all in it', async () => {
  await mkdir(join(tree, 'usr/lib/some-linux-gnu/gconv'), {recursive: true});
  await writeFile(join(tree, 'usr/lib/some-linux-gnu/gconv/UTF-7.so'), '');
  await writeFile(join(tree, 'usr/lib/some-linux-gnu/libz.so'), '');
  await applyRecipe({...nothing, exclude: ['/usr/lib/*/gconv', '/not/there']}, tree);
  expect(await readdir(join(tree, 'usr/lib/some-linux-gnu'))).toEqual(['libz.so']);
});

test('adds files, folders, links, users and groups', async () => {
  await mkdir(join(tree, 'var/run'), {recursive: true});
  const recipe: ImageRecipe = {
    ...nothing,
    folders: [{path: '/tmp', mode: 0o1777}],
    files: [{path: '/etc/app/run', content: 'x', mode: 0o755}],
    symlinks: [{path: '/var/run', target: '/run'}],
    users: [{name: 'www-data', uid: 33, gid: 33, home: '/var/www', shell: '/bin/sh'}],
    groups: [{name: 'www-data', gid: 33}],
  };
  // Folders are given an owner, which only root may do.
  await applyRecipe(process.geteuid?.() === 0 ? recipe : {...recipe, folders: []}, tree);
  expect((await stat(join(tree, 'etc/app/run'))).mode % 0o10000).toBe(0o755);
  expect(await readlink(join(tree, 'var/run'))).toBe('/run');
  expect(await readFile(join(tree, 'etc/passwd'), 'utf8')).toBe('www-data:x:33:33:www-data:/var/www:/bin/sh\n');
  expect(await readFile(join(tree, 'etc/group'), 'utf8')).toBe('www-data:x:33:\n');
});

test.for(['relative', '/../outside', '/link/outside'])('does not write outside of the image for %s', async (path) => {
  await symlink('/nonexistent', join(tree, 'link'));
  await expect(applyRecipe({...nothing, files: [{path, content: ''}]}, tree)).rejects.toBeInstanceOf(UsageError);
});
