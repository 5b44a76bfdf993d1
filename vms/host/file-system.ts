import {statfs} from 'node:fs/promises';

const OVERLAYFS_MAGIC = 0x79_4c_76_30; // statfs(2)

/** Whether a folder that is there is on overlayfs, which can't be the writable layer of another overlay. */
export const isOnOverlay = async (folder: string): Promise<boolean> => (await statfs(folder)).type === OVERLAYFS_MAGIC;
