import {chmod, chown, glob, lstat, mkdir, rm, symlink, writeFile} from 'node:fs/promises';
import {dirname, join, relative, sep} from 'node:path';
import {UsageError} from '../errors.ts';
import type {ImageRecipe} from './recipe.ts';

/** Makes a tree of unpacked packages what a recipe says: takes away what is excluded, then adds folders, files, users and links. */
export const applyRecipe = async (recipe: ImageRecipe, tree: string): Promise<void> => {
  for (const pattern of recipe.exclude) {
    for await (const path of glob(`.${pattern}`, {cwd: tree}))
      await rm(join(tree, path), {recursive: true, force: true});
  }
  for (const {path, mode, uid = 0, gid = 0} of recipe.folders) {
    const target = await placeInside(tree, path);
    await mkdir(target, {recursive: true});
    await chown(target, uid, gid);
    await chmod(target, mode);
  }
  for (const {path, content, mode = 0o644} of [...recipe.files, ...accountFiles(recipe)]) {
    const target = await placeInside(tree, path);
    await rm(target, {force: true});
    await writeFile(target, content);
    await chmod(target, mode);
  }
  for (const {path, target} of recipe.symlinks) {
    const link = await placeInside(tree, path);
    await rm(link, {recursive: true, force: true});
    await symlink(target, link);
  }
};

/** `/etc/passwd` and `/etc/group`: https://man7.org/linux/man-pages/man5/passwd.5.html */
const accountFiles = ({users, groups}: Pick<ImageRecipe, 'users' | 'groups'>): ImageRecipe['files'] => [
  {
    path: '/etc/passwd',
    content: users
      .map(({name, uid, gid, home, shell}) => `${name}:x:${uid}:${gid}:${name}:${home}:${shell}\n`)
      .join(''),
  },
  {path: '/etc/group', content: groups.map(({name, gid}) => `${name}:x:${gid}:\n`).join('')},
];

/** The path on this host for a path of the image, with the folders above it. A link on the way would lead out of the tree. */
const placeInside = async (tree: string, path: string): Promise<string> => {
  const target = join(tree, path);
  if (!path.startsWith('/') || !target.startsWith(tree + sep)) {
    throw new UsageError(`Cannot add "${path}" to an image: the path has to be absolute and stay inside`);
  }
  let folder = tree;
  for (const name of relative(tree, dirname(target)).split(sep)) {
    folder = join(folder, name);
    const found = await lstat(folder).catch(() => undefined);
    if (!found) {
      await mkdir(folder);
      await chmod(folder, 0o755);
    } else if (!found.isDirectory()) {
      throw new UsageError(`Cannot add "${path}" to an image: "/${relative(tree, folder)}" is not a folder`);
    }
  }
  return target;
};
