import {existsSync, realpathSync} from 'node:fs';
import {basename, dirname, join} from 'node:path';
import {UsageError} from '../../vms/errors.ts';
import {callerPath} from './caller-path.ts';
import {RUN_FILE} from './run-file.ts';

/**
 * The folder of a run that was named by its path or that of its `run.json`, by its id, as `latest`, or as a baseline; `reportsFolder` is
 * where all but paths are found. Something else with that name is passed over. Throws {@link UsageError} when there is none.
 */
export const runFolder = (name: string, reportsFolder: string): string => {
  const given = callerPath(name);
  const folders = [
    basename(given) === RUN_FILE ? dirname(given) : given,
    join(reportsFolder, name),
    join(reportsFolder, 'baselines', name),
  ];
  const folder = folders.find((one) => existsSync(join(one, RUN_FILE)));
  if (folder === undefined) {
    throw new UsageError(`Cannot read run "${name}": no folder, run id or baseline of this name has a ${RUN_FILE}`);
  }
  return realpathSync(folder);
};
