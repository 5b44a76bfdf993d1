import {writeFile} from 'node:fs/promises';
import {dirname} from 'node:path';
import {UsageError} from '../../vms/errors.ts';
import {comparisonLines} from '../compare/comparison-lines.ts';
import {comparisonPage} from '../compare/comparison-page.ts';
import {compareRuns, isExplained, type Comparison} from '../compare/comparison.ts';
import {explanationsFile, readExplanations} from '../compare/explanation.ts';
import {loadRun, partOn, type LoadedRun} from '../compare/loaded-run.ts';
import {createPaint} from '../report/terminal/paint.ts';
import {makeFolder} from '../../vms/make-folder.ts';
import {written} from '../report/written.ts';
import {callerPath} from '../report/caller-path.ts';

/** What {@link compareCommand} compares and where it prints. */
export interface CompareCommandOptions {
  /** Folder or `run.json` of a run, its id, or the name of a baseline. */
  readonly old: string;
  /** The same; the old one again where it is left out, which takes two `runtimes`. */
  readonly new?: string | undefined;
  /** What the runs found on one runtime set, or the old one on the first and the new one on the second. Default: on all of them. */
  readonly runtimes?: readonly string[] | undefined;
  /** Folder in which ids and baselines are found. */
  readonly reportsFolder: string;
  readonly stream: NodeJS.WritableStream;
  /** Print one JSON document instead of lines. */
  readonly json?: boolean | undefined;
  /** Also write a side-by-side page to this file. */
  readonly html?: string | undefined;
  /** File of explanations. Default: the one that comes with the tool. */
  readonly explanations?: string | undefined;
  /** Default: as the stream and the environment have it. */
  readonly colour?: boolean | undefined;
  readonly today?: Date;
}

/**
 * Compares two runs and prints what differs. Returns the exit code: 0 when nothing does that is not explained, and neither failed alone, otherwise 1.
 * Throws {@link UsageError} for runs that can't be compared: broken or of another version, without a common cell or a runtime set that is asked for.
 */
export const compareCommand = async (options: CompareCommandOptions): Promise<0 | 1> => {
  const {stream, json = false, colour, html} = options;
  const comparison = await compare(options);
  const text = json
    ? JSON.stringify(comparison, undefined, 2)
    : comparisonLines(comparison, createPaint(stream, colour)).join('\n');
  stream.write(`${text}\n`);
  if (html !== undefined) {
    const file = callerPath(html);
    await written('the page', file, async () => {
      await makeFolder(dirname(file));
      await writeFile(file, comparisonPage(comparison));
    });
  }
  return isExplained(comparison) ? 0 : 1;
};

const compare = async ({
  old,
  new: recent,
  runtimes = [],
  reportsFolder,
  explanations,
  today,
}: CompareCommandOptions): Promise<Comparison> => {
  const [oldSet, newSet = oldSet, ...others] = runtimes;
  if (others.length > 0) {
    throw new UsageError(`Cannot compare "${runtimes.join(', ')}": --runtime takes one runtime set, or OLD,NEW`);
  }
  if (recent === undefined && oldSet === newSet) {
    throw new UsageError(
      `Cannot compare "${old}" with nothing: name another run, or two of its runtime sets with --runtime OLD,NEW`,
    );
  }
  const [oldRun, newRun, known] = await Promise.all([
    loadRun(old, reportsFolder),
    loadRun(recent ?? old, reportsFolder),
    readExplanations(explanations ?? explanationsFile),
  ]);
  const partOf = (run: LoadedRun, set: string | undefined): LoadedRun => (set === undefined ? run : partOn(set, run));
  return compareRuns(partOf(oldRun, oldSet), partOf(newRun, newSet), {explanations: known, ...(today && {today})});
};
