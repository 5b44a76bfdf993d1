import {randomBytes} from 'node:crypto';
import {mkdir, symlink} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import {cacheFolder} from '../../vms/image/cache-folder.ts';
import type {Ledger} from '../../vms/ledger/ledger.ts';
import {ownFolder} from '../../vms/owned-folder.ts';

/** Kinds of entries that a bake makes, whichever provider the machine is made by. */
const BAKED = ['root', 'image', 'pulled', 'registry', 'stores', 'vm-layer'] as const;

/**
 * Runs with a cache that has what a bake makes and nothing that machines are started from; what is made in it goes afterwards.
 * The same entries, with the same locks, by links to their folders.
 */
export const withoutMadeDisks = async <Result>(ledger: Ledger, body: () => Promise<Result>): Promise<Result> => {
  const real = cacheFolder();
  const before = process.env['XDG_CACHE_HOME'];
  // Beside the real one: what is linked or renamed stays on its file system.
  const home = join(dirname(real), `plumbline-measure-${randomBytes(8).toString('hex')}`);
  await using undo = new AsyncDisposableStack();
  ownFolder(home, ledger, undo);
  try {
    process.env['XDG_CACHE_HOME'] = home;
    await mkdir(cacheFolder(), {recursive: true, mode: 0o700});
    for (const kind of BAKED) {
      await mkdir(join(real, kind), {recursive: true});
      await symlink(join(real, kind), join(cacheFolder(), kind));
    }
    return await body();
  } finally {
    if (before === undefined) delete process.env['XDG_CACHE_HOME'];
    else process.env['XDG_CACHE_HOME'] = before;
  }
};
