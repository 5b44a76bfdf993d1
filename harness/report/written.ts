import {mkdir, stat} from 'node:fs/promises';
import {dirname} from 'node:path';
import {UsageError} from '../../vms/errors.ts';

/**
 * Writes something where a person wants it, and returns what `write` does. Throws {@link UsageError} with the place when the file system
 * refuses: a file stands where a folder is to be, it is somebody else's, it is full.
 */
export const written = async <Result>(what: string, path: string, write: () => Promise<Result>): Promise<Result> => {
  try {
    return await write();
  } catch (error) {
    if (!isOfFileSystem(error)) throw error;
    throw new UsageError(`Cannot write ${what} to "${path}": ${error.message}`, {cause: error});
  }
};

/** https://nodejs.org/api/errors.html#class-systemerror; what a write to an open file throws has no path. */
const isOfFileSystem = (error: unknown): error is NodeJS.ErrnoException =>
  error instanceof Error && 'syscall' in error && 'code' in error;

/**
 * Makes a folder and those that it is in, where they are not there yet. A recursive mkdir(2) of Node never ends where a folder is there but
 * takes none, as `/proc`; this one throws what the file system says.
 */
export const makeFolder = async (path: string): Promise<void> => {
  try {
    await makeOne(path);
  } catch (error) {
    const above = dirname(path);
    if (!isOfFileSystem(error) || error.code !== 'ENOENT' || above === path) throw error;
    await makeFolder(above);
    await makeOne(path);
  }
};

const makeOne = async (path: string): Promise<void> => {
  try {
    await mkdir(path);
  } catch (error) {
    const isThere = isOfFileSystem(error) && error.code === 'EEXIST' && (await stat(path)).isDirectory();
    if (!isThere) throw error;
  }
};
