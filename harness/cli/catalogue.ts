import {join} from 'node:path';
import {UsageError} from '../../vms/errors.ts';
import {catalogueResult, catalogueTable} from '../compare/catalogue-table.ts';
import {readCatalogue} from '../compare/catalogue.ts';
import {loadRun} from '../compare/loaded-run.ts';
import {projectRoot} from './selection.ts';

/** What {@link catalogueCommand} reads. */
export interface CatalogueCommandOptions {
  /** Folders or `run.json` of runs, their ids, or names of baselines. */
  readonly runs: readonly string[];
  readonly reportsFolder: string;
  readonly stream: NodeJS.WritableStream;
}

/** The catalogue that comes with the scenarios. */
const CATALOGUE = join(projectRoot, 'scenarios/catalogue.yaml');

/**
 * Prints the catalogue of changes with what runs say of each, as Markdown. Throws {@link UsageError} when a run can not be read, or
 * none of them has what an entry points at.
 */
export const catalogueCommand = async ({runs, reportsFolder, stream}: CatalogueCommandOptions): Promise<0> => {
  const entries = await readCatalogue(CATALOGUE);
  const loaded = await Promise.all(runs.map((run) => loadRun(run, reportsFolder)));
  const result = catalogueResult(entries, loaded);
  stream.write(catalogueTable(result));
  if (result.missing.length > 0) {
    throw new UsageError(`Cannot show everything: no run has ${result.missing.join('; ')}`);
  }
  return 0;
};
