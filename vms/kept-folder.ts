import {readdir, readFile} from 'node:fs/promises';
import {HostError} from './errors.ts';
import {makeFolder} from './make-folder.ts';

/**
 * Makes a folder that the tool keeps, for its owner alone, in the place that an environment variable names. Throws {@link HostError} with
 * the remedy.
 */
export const makeKeptFolder = async (path: string, variable: 'XDG_CACHE_HOME' | 'XDG_STATE_HOME'): Promise<void> => {
  try {
    await makeFolder(path, 0o700);
  } catch (error) {
    const why = `Cannot make the folder "${path}": ${error instanceof Error ? error.message : String(error)}`;
    throw new HostError(why, [{sentence: why, remedy: `export ${variable}=/a/folder/of/yours`}], {cause: error});
  }
};

/**
 * What is in a folder that the tool keeps, sorted; nothing where there is no folder. Throws {@link HostError} when it can't be read, which
 * is not the same: what is in it is there.
 */
export const keptNames = async (path: string): Promise<readonly string[]> =>
  (await unlessMissing(path, async () => readdir(path)))?.sort() ?? [];

/** The text of a file that the tool keeps; `undefined` where there is none. Throws {@link HostError} when it can't be read. */
export const keptText = async (path: string): Promise<string | undefined> =>
  unlessMissing(path, async () => readFile(path, 'utf8'));

const unlessMissing = async <Result>(path: string, read: () => Promise<Result>): Promise<Result | undefined> => {
  try {
    return await read();
  } catch (error) {
    const {code, message} = error as NodeJS.ErrnoException;
    // Below what is no folder there is nothing.
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    const why = `Cannot read "${path}": ${message}`;
    const isForeign = code === 'EACCES' || code === 'EPERM';
    const remedies = isForeign ? [{sentence: 'It belongs to another user', remedy: 'do it as that user'}] : [];
    throw new HostError(why, remedies, {cause: error});
  }
};
