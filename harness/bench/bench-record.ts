import type {LevelName} from '../levels/level.ts';
import type {NetworkMode} from '../network/network-mode.ts';
import type {Estimate} from './estimate.ts';
import type {Growth} from './growth.ts';

/** What `plumbline bench` found out. Times are in milliseconds. */
export interface BenchRecord {
  /** `load`: how many processes were running or waiting for a processor on average in the minute before. */
  readonly host: {readonly processors: number; readonly load: number; readonly kernel: string};
  readonly provider: string;
  readonly runtimeSet: string;
  readonly rounds: number;
  readonly cells: readonly CellTimes[];
  readonly run: RunTimes;
  /** Only when it was asked for. */
  readonly growth?: Growth;
}

/** The same cell in several ways. */
export interface CellTimes {
  readonly level: LevelName;
  readonly network: NetworkMode;
  /** A script of its commands, as `plumbline explain` prints them, with one curl for each entry of the truth table that must answer. */
  readonly script: Estimate;
  /** bats with that script, its own start included; `undefined` where it is not installed. */
  readonly bats?: Estimate;
  /** The tool doing that and no more: start, probe what must answer, remove. */
  readonly tool: Estimate;
  /** A cell as runs have it: with both inventories, the silent entries of the truth table and the observation. */
  readonly cell: Estimate;
}

/** A whole `plumbline run` of the scenario, everything in the cache. */
export interface RunTimes {
  readonly cellCount: number;
  /** From the start of the process to its end. */
  readonly total: Estimate;
  /** Starting, preparing and throwing away the machine. */
  readonly machine: Estimate;
  readonly cells: Estimate;
  /** From the start of the process until the machine is started: Node, loading the tool, planning, checking the cache. */
  readonly startUp: Estimate;
  /** What is none of these: Vitest, waiting for each other, reports. */
  readonly rest: Estimate;
  /** For how long the tool's own threads were on a processor, on whatever. */
  readonly own: Estimate;
  /** Largest resident set of the tool's process, in bytes. */
  readonly peakBytes: number;
}
