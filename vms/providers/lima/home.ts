import {createHash} from 'node:crypto';
import {chmod, chown, copyFile, link, mkdir, stat} from 'node:fs/promises';
import {join} from 'node:path';
import {limaHomesFolder} from '../../host/limactl.ts';
import type {Ledger} from '../../ledger/ledger.ts';
import {ownFolder, removeFolder} from '../../owned-folder.ts';
import type {LimaAccount} from './account.ts';

/** Files in a home beside those of Lima. */
export const homeFiles = {
  template: 'machine.yaml',
  image: 'image.qcow2',
  kernel: 'vmlinuz',
  initrd: 'initrd',
  /** Control connection of this tool's own ssh. */
  control: 'ssh',
} as const;

/**
 * Makes a home for one machine, the same for the same id: what a killed process has left there goes first. It is undone, with every
 * process of Lima, QEMU and ssh that works on it, by `undo`, and by a sweep.
 */
export const makeHome = async (
  id: string,
  account: LimaAccount,
  ledger: Ledger,
  undo: AsyncDisposableStack,
): Promise<string> => {
  const home = join(limaHomesFolder(), createHash('sha256').update(id).digest('hex').slice(0, 10));
  ownFolder(home, ledger, undo);
  await removeFolder(home);
  // Lima's user goes through the folder of all homes, whatever the umask is.
  await mkdir(limaHomesFolder(), {recursive: true});
  await chmod(limaHomesFolder(), 0o755);
  await mkdir(home, {mode: 0o700});
  await chown(home, account.uid, account.gid);
  return home;
};

/** Puts a file of the cache, which only its owner can come to, where Lima's user can read it: without a copy, where that is possible. */
export const handOver = async (file: string, target: string, {uid, gid}: LimaAccount): Promise<void> => {
  const {mode} = await stat(file);
  const isLinked =
    (mode & 0o004) !== 0 &&
    (await link(file, target).then(
      () => true,
      () => false,
    ));
  if (isLinked) return;
  await copyFile(file, target);
  await chown(target, uid, gid);
};
