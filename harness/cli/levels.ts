import {UsageError} from '../../vms/errors.ts';
import {loadRun} from '../compare/loaded-run.ts';
import {whoDidIt} from '../compare/who-did-it.ts';
import {whoDidItLines} from '../compare/who-did-it-lines.ts';
import {createPaint} from '../report/terminal/paint.ts';

/** What {@link levelsCommand} shows. */
export interface LevelsCommandOptions {
  /** Folder or `run.json` of a run, its id, or the name of a baseline. */
  readonly run: string;
  readonly reportsFolder: string;
  readonly stream: NodeJS.WritableStream;
  readonly json?: boolean | undefined;
  /** Also a row for each fact that is not the same at all levels. */
  readonly details?: boolean | undefined;
  readonly colour?: boolean | undefined;
}

/** Prints what docker, ctr and runc each did for the workloads of a run. Throws {@link UsageError} when the run can't be read, or has nothing to lay side by side. */
export const levelsCommand = async ({
  run,
  reportsFolder,
  stream,
  json = false,
  details = false,
  colour,
}: LevelsCommandOptions): Promise<0> => {
  const comparisons = whoDidIt(await loadRun(run, reportsFolder));
  if (comparisons.length === 0) {
    throw new UsageError(
      `Cannot lay the levels of "${run}" side by side: it has observations of no scenario at two levels`,
    );
  }
  const text = json
    ? JSON.stringify(comparisons, undefined, 2)
    : whoDidItLines(comparisons, createPaint(stream, colour), details).join('\n');
  stream.write(`${text}\n`);
  return 0;
};
