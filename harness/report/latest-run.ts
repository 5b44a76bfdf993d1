import {rename, rm, symlink} from 'node:fs/promises';
import {join} from 'node:path';
import {UsageError} from '../../vms/errors.ts';

/**
 * Points `latest` in the folder of reports at a run; at no moment is there no such link.
 * Throws {@link UsageError} when something that is not a link stands in its place.
 */
export async function pointLatestAt(reportsFolder: string, runId: string): Promise<void> {
  const link = join(reportsFolder, 'latest');
  const temporary = join(reportsFolder, `.latest.${process.pid}`);
  await rm(temporary, {force: true});
  await symlink(runId, temporary);
  try {
    await rename(temporary, link);
  } catch (error) {
    await rm(temporary, {force: true});
    throw new UsageError(`Cannot replace "${link}": it is a folder, not a link to a run`, {cause: error});
  }
}
