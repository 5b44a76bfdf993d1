import {realpathSync} from 'node:fs';
import {join} from 'node:path';
import {UsageError} from '../../vms/errors.ts';
import {callerPath} from './caller-path.ts';
import {projectRoot} from './selection.ts';

/** The folder of a run that was named by its id, as `latest`, or by a path. Throws {@link UsageError} when there is none. */
export const runFolder = (run: string): string => {
  const path = run.includes('/') ? callerPath(run) : join(projectRoot, 'reports', run);
  try {
    return realpathSync(path);
  } catch (error) {
    throw new UsageError(`Cannot read run "${run}": there is no such folder or run id`, {cause: error});
  }
};
