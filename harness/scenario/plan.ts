import {basename} from 'node:path';
import {UsageError} from '../../vms/errors.ts';
import type {LevelName} from '../levels/level.ts';
import {fileNameOf} from '../report/file-name.ts';
import {planDigest} from '../report/plan-digest.ts';
import type {PlannedCell} from '../report/progress.ts';
import type {LoadedScenario} from './load.ts';
import {shareOut, type Shard} from './shard.ts';

/** What of the scenarios is to be run. */
export interface Selection {
  readonly levels: readonly LevelName[];
  readonly runtimeSets: readonly string[];
  /** Part of a cell's name, or nothing. */
  readonly grep: string | undefined;
  /** How many times each cell is run. */
  readonly repeat: number;
  readonly shard: Shard;
  /** How long a cell took before, in milliseconds, where that is known. Default: nothing is. */
  readonly durationOf?: ((cell: PlannedCell) => number | undefined) | undefined;
}

/** What is to be run. */
export interface Plan {
  /** Those of the shard. */
  readonly cells: readonly PlannedCell[];
  /** {@link planDigest} of the cells of all shards. */
  readonly digest: string;
}

/**
 * Expands scenarios into cells, in the order they are run: by runtime set, then by file. Throws {@link UsageError} when nothing
 * is left to run, and when a cell's files can not be named after it.
 */
export const planCells = (scenarios: readonly LoadedScenario[], selection: Selection): Plan => {
  const all = selection.runtimeSets.flatMap((runtimeSet) =>
    scenarios.flatMap((scenario) => cellsOf(scenario, runtimeSet, selection)),
  );
  const grepped = all.filter(
    ({name}) => selection.grep === undefined || name.toLowerCase().includes(selection.grep.toLowerCase()),
  );
  if (grepped.length === 0) {
    throw new UsageError(
      selection.grep === undefined
        ? `Cannot run anything: no scenario is stated at the levels ${selection.levels.join(', ')}`
        : `Cannot run anything: no cell's name contains "${selection.grep}", "plumbline list" prints them all`,
    );
  }
  expectNamable(grepped);
  const {index, count} = selection.shard;
  const part = shareOut(grepped, selection.shard, selection.durationOf ?? (() => undefined));
  if (part.length === 0) {
    throw new UsageError(
      `Cannot run anything: part ${index}/${count} is empty, there are only ${grepped.length} cells to share out`,
    );
  }
  return {cells: part, digest: planDigest(grepped)};
};

/** In bytes, of the 255 that a name has at most (path_resolution(7)): `.json`, and a process id while that is written, come after it. */
const LONGEST_FILE_NAME = 240;

const expectNamable = (cells: readonly PlannedCell[]): void => {
  for (const {name, file} of cells) {
    const bytes = Buffer.byteLength(fileNameOf(name));
    if (bytes > LONGEST_FILE_NAME) {
      throw new UsageError(
        `Cannot run "${name}": its files would have names of ${bytes} bytes, ${LONGEST_FILE_NAME} at most are possible, and "${basename(file)}" is part of them`,
      );
    }
  }
};

/** What can't be run because a level has no such thing: one line for each scenario and level, with the scenario's own reason. */
export const notPlanned = (
  scenarios: readonly LoadedScenario[],
  {levels, grep = ''}: Pick<Selection, 'levels' | 'grep'>,
): string[] =>
  scenarios
    .flatMap(({file, title, notAt}) =>
      levels.flatMap((level) =>
        notAt[level] === undefined ? [] : [`${stemOf(file)}: ${title} [not at ${level}: ${notAt[level]}]`],
      ),
    )
    .filter((line) => line.toLowerCase().includes(grep.toLowerCase()));

const cellsOf = (
  {file, title, cells}: LoadedScenario,
  runtimeSet: string,
  {levels, repeat}: Selection,
): PlannedCell[] =>
  cells
    .filter(({level}) => levels.includes(level))
    .flatMap(({level, network}) =>
      Array.from({length: repeat}, (_, index) => ({
        name: cellName({file, title, level, network, runtimeSet, repetition: index + 1, repeat}),
        scenario: title,
        file,
        level,
        network,
        runtimeSet,
        repetition: index + 1,
      })),
    );

interface CellNaming extends Pick<PlannedCell, 'file' | 'level' | 'network' | 'runtimeSet' | 'repetition'> {
  readonly title: string;
  readonly repeat: number;
}

const cellName = ({file, title, level, network, runtimeSet, repetition, repeat}: CellNaming): string => {
  return `${stemOf(file)}: ${title} [${level} ${network} ${runtimeSet}]${repeat > 1 ? ` #${repetition}` : ''}`;
};

const stemOf = (file: string): string => basename(file).replace(/\.scenario\.[cm]?[jt]s$/, '');
