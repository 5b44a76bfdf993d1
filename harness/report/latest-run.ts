import {rename, rm, symlink} from 'node:fs/promises';
import {join} from 'node:path';

/**
 * Points `latest` in the folder of reports at a run; at no moment is there no such link. Returns a sentence where something that is not a
 * link stands in its place, as in reports that were copied by what knows no links.
 */
export async function pointLatestAt(reportsFolder: string, runId: string): Promise<string | undefined> {
  const link = join(reportsFolder, 'latest');
  const temporary = join(reportsFolder, `.latest.${process.pid}`);
  await rm(temporary, {force: true});
  await symlink(runId, temporary);
  try {
    await rename(temporary, link);
    return undefined;
  } catch {
    await rm(temporary, {force: true});
    return `Cannot point "${link}" at this run: it is a folder, not a link to a run`;
  }
}
