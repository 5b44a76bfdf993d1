import {existsSync, realpathSync, statSync, type Stats} from 'node:fs';
import {glob} from 'node:fs/promises';
import {basename, join, resolve} from 'node:path';
import {InvalidArgumentError, type Command} from 'commander';
import {UsageError} from '../../vms/errors.ts';
import {loadRuntimeSet} from '../../vms/runtimes/runtime-set.ts';
import {levels} from '../levels/level-facts.ts';
import {callerPath} from '../report/caller-path.ts';
import type {LevelName} from '../levels/level.ts';
import type {PlannedCell} from '../report/progress.ts';
import {readRun} from '../report/run-file.ts';
import type {RunRecord} from '../report/run-record.ts';
import {loadScenarios, type LoadedScenario} from '../scenario/load.ts';
import {notPlanned, planCells} from '../scenario/plan.ts';

/** The project's folder, which holds `scenarios/` and `reports/`. */
export const projectRoot = resolve(import.meta.dirname, '../..');

/** The project's reports, where runs are found by their ids. */
export const projectReports = join(projectRoot, 'reports');

/** What of the scenarios a command is about, as its flags say it. */
export interface SelectionFlags {
  readonly level?: readonly LevelName[];
  readonly runtime: readonly string[];
  readonly grep?: string;
  readonly shard: {readonly index: number; readonly count: number};
  readonly repeat: number;
}

/** Gives a command the arguments and flags that choose cells. */
export const addSelection = (command: Command): Command =>
  command
    .argument('[files...]', 'scenario files, or folders of them; all of scenarios/ when there are none')
    .option('--level <names>', `levels, separated by commas: ${Object.keys(levels).join(', ')}`, parseLevels)
    .option('--runtime <names>', 'runtime sets, separated by commas; see vms/runtimes/', parseNames, ['bookworm'])
    .option('--grep <text>', 'only cells whose name contains this')
    .option('--shard <i/n>', 'only this part of so many', parseShard, {index: 1, count: 1})
    .option('--repeat <n>', 'run each cell so many times', parseCount, 1);

/** What is to be run, and what of it this host can't be asked for. */
export interface Selected {
  readonly scenarios: readonly LoadedScenario[];
  readonly cells: readonly PlannedCell[];
  /** Which part of which plan the cells are. */
  readonly shard: RunRecord['shard'];
  readonly notPlanned: readonly string[];
  /** How long a cell took before, in milliseconds; `undefined` where that is not known. */
  readonly durationOf: (cell: PlannedCell) => number | undefined;
}

/** Loads and plans what the flags choose. Throws `UsageError` for what can't be run. */
export const select = async (files: readonly string[], flags: SelectionFlags): Promise<Selected> => {
  for (const name of flags.runtime) {
    await loadRuntimeSet(name);
  }
  const scenarios = await loadScenarios(await scenarioFiles(files), projectRoot);
  const durationOf = await knownDurations(flags.runtime).catch((error: unknown) => {
    // Parts of a plan have to agree on them; one run alone only ends later without.
    if (flags.shard.count > 1) throw error;
    return () => undefined;
  });
  const selection = {
    levels: flags.level ?? (Object.keys(levels) as LevelName[]),
    runtimeSets: flags.runtime,
    grep: flags.grep,
    repeat: flags.repeat,
    shard: flags.shard,
    durationOf,
  };
  const {cells, digest} = planCells(scenarios, selection);
  const shard = {...flags.shard, plan: digest};
  return {scenarios, cells, shard, durationOf, notPlanned: notPlanned(scenarios, selection)};
};

/** How long cells took in the committed baselines: every part of a plan has to know the same, wherever it runs. */
const knownDurations = async (runtimeSets: readonly string[]): Promise<(cell: PlannedCell) => number | undefined> => {
  const baselines = await Promise.all(
    runtimeSets.map(async (name) => {
      const folder = join(projectReports, 'baselines', name);
      return existsSync(folder) ? (await readRun(folder)).cells : [];
    }),
  );
  const durations = new Map(baselines.flat().map((cell) => [identityOf(cell), cell.durationMs]));
  return (cell) => durations.get(identityOf(cell));
};

const identityOf = ({file, scenario, level, network, runtimeSet}: PlannedCell): string =>
  JSON.stringify([file, scenario, level, network, runtimeSet]);

const scenarioFiles = async (files: readonly string[]): Promise<string[]> => {
  const paths = await Promise.all(
    files.length === 0 ? [scenariosIn(join(projectRoot, 'scenarios'))] : files.map((file) => scenariosAt(file)),
  );
  return [...new Set(paths.flat().map((path) => withoutLinks(path)))];
};

/** The path by which Node knows a file that it has imported, whatever links lead there. */
const withoutLinks = (path: string): string => {
  const real = existsSync(path) ? realpathSync(path) : path;
  if (!real.endsWith('.scenario.ts')) {
    throw new UsageError(
      `Cannot read the scenario file "${path}": it is a link to "${real}", whose name must end in .scenario.ts`,
    );
  }
  return real;
};

const scenariosIn = async (folder: string): Promise<string[]> => {
  const found = await Array.fromAsync(glob('**/*.scenario.ts', {cwd: folder, exclude: ['node_modules']}));
  return found.sort().map((file) => join(folder, file));
};

/** What an argument of the command line stands for: a file, or all those of a folder. */
const scenariosAt = async (file: string): Promise<string[]> => {
  const path = callerPath(file);
  const facts = factsOf(file, path);
  if (facts?.isDirectory()) {
    const found = await scenariosIn(path);
    if (found.length === 0) {
      throw new UsageError(
        `Cannot read scenarios from "${file}": the folder has no file whose name ends in .scenario.ts`,
      );
    }
    return found;
  }
  if (!facts?.isFile()) {
    const meant = join('scenarios', `${basename(file).replace(/(?:\.scenario)?(?:\.ts)?$/, '')}.scenario.ts`);
    const hint = existsSync(join(projectRoot, meant)) ? `, but there is "${meant}"` : '';
    throw new UsageError(`Cannot read the scenario file "${file}": there is no such file${hint}`);
  }
  if (!path.endsWith('.scenario.ts')) {
    throw new UsageError(`Cannot read the scenario file "${file}": its name must end in .scenario.ts`);
  }
  return [path];
};

/** `undefined` for what is not there, and can't be, as what has a longer name than there is. */
const factsOf = (file: string, path: string): Stats | undefined => {
  try {
    return statSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EACCES') return undefined;
    throw new UsageError(`Cannot read the scenario file "${file}": permission denied`, {cause: error});
  }
};

/** Reads names, separated by commas; one that is there twice counts once. */
export const parseNames = (text: string): string[] => {
  const names = text.split(',').map((name) => name.trim());
  if (names.includes('')) {
    throw new InvalidArgumentError('it must be names separated by commas.');
  }
  return [...new Set(names)];
};

/** Reads names of levels, separated by commas. */
export const parseLevels = (text: string): LevelName[] => {
  const names = parseNames(text);
  const unknown = names.find((name) => !Object.hasOwn(levels, name));
  if (unknown !== undefined) {
    throw new InvalidArgumentError(`there is no level "${unknown}", only ${Object.keys(levels).join(', ')}.`);
  }
  return names as LevelName[];
};

const MOST = 10_000;

/** Reads a number of times, or of seconds. */
export const parseCount = (text: string): number => {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1 || count > MOST) {
    throw new InvalidArgumentError(`it must be a whole number from 1 to ${MOST}.`);
  }
  return count;
};

const parseShard = (text: string): {index: number; count: number} => {
  const [, index, count] = /^(\d+)\/(\d+)$/.exec(text) ?? [];
  const shard = {index: Number(index), count: Number(count)};
  if (!(shard.index >= 1 && shard.index <= shard.count && shard.count <= MOST)) {
    throw new InvalidArgumentError(`it must be like 1/3: a part, and how many there are, ${MOST} at most.`);
  }
  return shard;
};
