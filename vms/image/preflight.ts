import {statfs} from 'node:fs/promises';
import {execa} from 'execa';
import {HostError} from '../errors.ts';
import {isOnOverlay} from '../host/file-system.ts';
import {makeKeptFolder} from '../kept-folder.ts';

/**
 * Checks, before anything is made, what a bake needs of this host: root, and free space where the cache is.
 * Throws {@link HostError} with the remedy.
 */
export const requireBakingHost = async (what: string, cache: string, neededBytes: number): Promise<void> => {
  if (process.geteuid?.() !== 0) {
    throw new HostError(`Cannot bake ${what}: the tool does not run as root`, [
      {
        sentence: 'Baking needs root, for chroot, mount and the ownership of files',
        remedy: 'sudo env "PATH=$PATH" npx plumbline',
      },
    ]);
  }
  await makeKeptFolder(cache, 'XDG_CACHE_HOME');
  const {bavail, bsize} = await statfs(cache);
  const freeBytes = bavail * bsize;
  if (freeBytes >= neededBytes) return;
  const state = `${megabytes(freeBytes)} MB are free in "${cache}", ${megabytes(neededBytes)} MB are needed`;
  throw new HostError(`Cannot bake ${what}: ${state}`, [
    {sentence: state, remedy: 'free space, or set XDG_CACHE_HOME to a folder on a larger disk'},
  ]);
};

/** Throws {@link HostError} with the remedy when the cache is where no overlay can be written to: on an overlay, as in a container. */
export const requireOverlayUpper = async (what: string, cache: string): Promise<void> => {
  if (!(await isOnOverlay(cache))) return;
  throw new HostError(
    `Cannot bake ${what}: "${cache}" is on overlayfs, which can't carry the overlays of docker and containerd`,
    [
      {
        sentence: `"${cache}" is on overlayfs`,
        remedy: 'export XDG_CACHE_HOME=/a/folder/on/ext4-or-xfs',
      },
    ],
  );
};

/** Throws {@link HostError} with the remedy when a program is not installed. */
export const requireProgram = async (program: string, action: string, remedy: string): Promise<void> => {
  const {failed} = await execa('sh', ['-c', 'command -v "$1"', 'sh', program], {reject: false});
  if (!failed) return;
  throw new HostError(`Cannot ${action}: ${program} is not installed`, [
    {sentence: `${program} is not installed`, remedy},
  ]);
};

const megabytes = (bytes: number): number => Math.floor(bytes / 1_000_000);
