import {median} from 'simple-statistics';
import {estimate, type Estimate} from './estimate.ts';
import {runWhole, type WholeRun} from './whole-runs.ts';

/** Whole runs of one size, everything in the cache. */
export interface GrowthPoint {
  readonly cells: number;
  readonly runtimeSets: readonly string[];
  /** From the start of the process to its end, in milliseconds. */
  readonly total: Estimate;
  /** For how long the tool's own threads were on a processor, in milliseconds. */
  readonly own: Estimate;
  /** Largest resident set of the tool's process, in bytes. */
  readonly peakBytes: number;
  /** How many processors of the host were in use meanwhile, on average. */
  readonly processorsInUse: number;
}

/** How a run grows. */
export interface Growth {
  /** The same small cell again and again, in one runtime set. */
  readonly byCells: readonly GrowthPoint[];
  /** The whole scenario in one runtime set, and in more of them at once. */
  readonly bySets: readonly GrowthPoint[];
}

/** What is run, and where. */
export interface GrowthOptions {
  readonly file: string;
  readonly provider: string;
  /** The first one is the one that cells are added in. */
  readonly runtimeSets: readonly string[];
  readonly reports: string;
  readonly say: (sentence: string) => void;
  readonly signal: AbortSignal;
}

const CELLS = [10, 100];
/** A part of the names of the cheapest cells: what the tool adds shows most beside them. */
const SMALL_CELL = 'ctr isolated';
/** How often a run in several sets is repeated; those with many cells have many cells to speak for them. */
const ROUNDS = 3;

/** Measures what more cells and more runtime sets cost. */
export const measureGrowth = async (options: GrowthOptions): Promise<Growth> => {
  const {file, runtimeSets, say} = options;
  const [first = ''] = runtimeSets;
  const byCells = [];
  for (const count of CELLS) {
    say(`a run of ${count} cells`);
    byCells.push(await point(options, [first], 1, [file, '--grep', SMALL_CELL, '--repeat', String(count)]));
  }
  const bySets = [];
  say('a run in every runtime set, which does not count');
  await whole(options, runtimeSets, [file]);
  for (let count = 1; count <= runtimeSets.length; count += 1) {
    say(`runs in ${count} runtime sets, ${ROUNDS} times`);
    bySets.push(await point(options, runtimeSets.slice(0, count), ROUNDS, [file]));
  }
  return {byCells, bySets};
};

const point = async (
  options: GrowthOptions,
  runtimeSets: readonly string[],
  rounds: number,
  argv: readonly string[],
): Promise<GrowthPoint> => {
  const runs: WholeRun[] = [];
  for (let round = 0; round < rounds; round += 1) {
    runs.push(await whole(options, runtimeSets, argv));
  }
  return {
    cells: runs[0]?.record.cells.length ?? 0,
    runtimeSets,
    total: estimate(runs.map(({totalMs}) => totalMs)),
    own: estimate(runs.map(({ownMs}) => ownMs)),
    peakBytes: Math.max(...runs.map(({peakBytes}) => peakBytes)),
    processorsInUse: median(runs.map((run) => run.processorsInUse)),
  };
};

const whole = (
  {provider, reports, signal}: GrowthOptions,
  runtimeSets: readonly string[],
  argv: readonly string[],
): Promise<WholeRun> => runWhole([...argv, '--machine', provider, '--runtime', runtimeSets.join(',')], reports, signal);
