import {join, resolve} from 'node:path';
import {UsageError} from '../../vms/errors.ts';
import {callerPath} from '../report/caller-path.ts';
import {readRun} from '../report/run-file.ts';
import {projectRoot, select, type Selected, type SelectionFlags} from './selection.ts';
import {upgradeRunText} from './upgrade-run.ts';

/** The flags that the last run decides on where they are not given. */
interface LikeLastRun extends SelectionFlags {
  readonly runc?: string;
  readonly pull?: boolean;
  readonly reports: string;
}

/**
 * What did not pass in the last run, as far as the other flags choose it as well, with the images and the OCI runtime that it ran with
 * unless they name others; `undefined` when everything did.
 */
export const chooseFailed = async <Flags extends LikeLastRun>(
  files: readonly string[],
  flags: Flags,
): Promise<(Flags & {readonly selected: Selected}) | undefined> => {
  const last = await readRun(join(callerPath(flags.reports), 'latest'));
  const names = new Set(last.cells.filter(({status}) => status !== 'passed').map(({name}) => name));
  if (last.cells.length === 0) {
    throw new UsageError(`Cannot run what failed in "${last.id}": it has no cells`);
  }
  const upgradeRun = upgradeRunText(last);
  if (upgradeRun !== undefined) {
    throw new UsageError(`Cannot run what failed in "${last.id}": ${upgradeRun}`);
  }
  if (names.size === 0) {
    return undefined;
  }
  const failed = last.cells.filter(({name}) => names.has(name));
  const selected = await select(
    files.length > 0 ? files : [...new Set(failed.map(({file}) => resolve(projectRoot, file)))],
    {
      ...flags,
      runtime: [...new Set(failed.map(({runtimeSet}) => runtimeSet))],
      repeat: Math.max(...last.cells.map(({repetition}) => repetition)),
    },
  );
  const cells = selected.cells.filter(({name}) => names.has(name));
  if (cells.length === 0) {
    throw new UsageError(
      `Cannot run what failed in "${last.id}": none of its ${names.size} cells is chosen or exists any more`,
    );
  }
  const {runc = last.options['runc'], pull = last.options['pull'] === true} = flags;
  return {...flags, pull, ...(typeof runc === 'string' && {runc}), selected: {...selected, cells}};
};
