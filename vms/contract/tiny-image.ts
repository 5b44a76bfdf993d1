import type {ImageRecipe} from '../image/recipe.ts';

/** The smallest image there is a use for: one shell. Each name is another image, as far as a registry and a store are concerned. */
export const tinyImage: ImageRecipe = {
  name: 'docker.io/library/tiny:latest',
  suite: {name: 'bookworm', mirror: 'http://deb.debian.org/debian'},
  packages: ['busybox-static'],
  exclude: ['/usr/share'],
  folders: [{path: '/tmp', mode: 0o1777}],
  files: [],
  symlinks: [{path: '/bin/sh', target: 'busybox'}],
  users: [{name: 'root', uid: 0, gid: 0, home: '/', shell: '/bin/sh'}],
  groups: [{name: 'root', gid: 0}],
  config: {Cmd: ['sh']},
};
