import {existsSync, realpathSync} from 'node:fs';
import {basename, dirname, join} from 'node:path';
import {UsageError} from '../../vms/errors.ts';
import {callerPath} from './caller-path.ts';
import {RUN_FILE} from './run-file.ts';

/**
 * The folder of a run that was named by its path or that of its `run.json`, by its id, or as `latest`; `reportsFolder` is where all but
 * paths are found. Something else with that name is passed over. Throws {@link UsageError} when there is none.
 */
export const runFolder = (name: string, reportsFolder: string): string =>
  found(name, foldersNamed(name, reportsFolder), 'folder or run id');

/** The same, or the folder of a baseline: only to be read, and without what it takes to run a cell again. */
export const runOrBaselineFolder = (name: string, reportsFolder: string): string =>
  found(
    name,
    [...foldersNamed(name, reportsFolder), join(reportsFolder, 'baselines', name)],
    'folder, run id or baseline',
  );

const foldersNamed = (name: string, reportsFolder: string): string[] => {
  const given = callerPath(name);
  return [basename(given) === RUN_FILE ? dirname(given) : given, join(reportsFolder, name)];
};

const found = (name: string, folders: readonly string[], kinds: string): string => {
  const folder = folders.find((one) => existsSync(join(one, RUN_FILE)));
  if (folder === undefined) {
    throw new UsageError(`Cannot read run "${name}": no ${kinds} of this name has a ${RUN_FILE}`);
  }
  return realpathSync(folder);
};
