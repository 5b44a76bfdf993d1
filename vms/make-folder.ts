import {mkdir, stat} from 'node:fs/promises';
import {dirname} from 'node:path';

/**
 * Makes a folder and those that it is in, where they are not there yet, with this mode. A recursive mkdir(2) of Node never ends where a
 * folder is there but takes none, as `/proc`; this one throws what the file system says.
 */
export const makeFolder = async (path: string, mode = 0o777): Promise<void> => {
  try {
    await makeOne(path, mode);
  } catch (error) {
    const above = dirname(path);
    if (codeOf(error) !== 'ENOENT' || above === path) throw error;
    await makeFolder(above, mode);
    await makeOne(path, mode);
  }
};

const makeOne = async (path: string, mode: number): Promise<void> => {
  try {
    await mkdir(path, {mode});
  } catch (error) {
    const isThere = codeOf(error) === 'EEXIST' && (await stat(path)).isDirectory();
    if (!isThere) throw error;
  }
};

const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException).code;
