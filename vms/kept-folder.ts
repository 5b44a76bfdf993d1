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
