import {mkdir, writeFile} from 'node:fs/promises';
import {dirname} from 'node:path';
import {comparisonLines} from '../compare/comparison-lines.ts';
import {comparisonPage} from '../compare/comparison-page.ts';
import {compareRuns, type Comparison} from '../compare/comparison.ts';
import {explanationsFile, readExplanations} from '../compare/explanation.ts';
import {loadRun} from '../compare/loaded-run.ts';
import {createPaint} from '../report/terminal/paint.ts';
import {callerPath} from './caller-path.ts';

/** What {@link compareCommand} compares and where it prints. */
export interface CompareCommandOptions {
  /** Folder or `run.json` of a run, its id, or the name of a baseline. */
  readonly old: string;
  readonly new: string;
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
 * Compares two runs and prints what differs. Returns the exit code: 0 when nothing does that is not explained, otherwise 1.
 * Throws {@link UsageError} for runs that can't be compared: broken or of another version, or without a common cell.
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
    await mkdir(dirname(file), {recursive: true});
    await writeFile(file, comparisonPage(comparison));
  }
  return comparison.unexplained === 0 ? 0 : 1;
};

const compare = async ({
  old,
  new: recent,
  reportsFolder,
  explanations,
  today,
}: CompareCommandOptions): Promise<Comparison> => {
  const [oldRun, newRun, known] = await Promise.all([
    loadRun(old, reportsFolder),
    loadRun(recent, reportsFolder),
    readExplanations(explanations ?? explanationsFile),
  ]);
  return compareRuns(oldRun, newRun, {explanations: known, ...(today && {today})});
};
