import {matchesGlob} from './glob.ts';

/** What a fact can be: lists are short, and ordered only where the order means something. */
export type FactValue = string | number | boolean | null | readonly string[];

/** Facts by their stable path, for instance `process.rlimits.RLIMIT_NOFILE.soft`. */
export type Facts = Readonly<Record<string, FactValue>>;

/** A number that is never the same twice. */
export interface Measurement {
  readonly value: number;
  readonly unit: 'bytes' | 'ms' | 'count';
}

/** Measurements by their stable name, for instance `memory.shim`. */
export type Measurements = Readonly<Record<string, Measurement>>;

/** How often something happened out of so many times: a fact that depends on who is faster. */
export interface Rate {
  readonly hits: number;
  readonly of: number;
}

/** What one look at a workload gave. */
export interface Observation {
  readonly facts: Facts;
  readonly measurements: Measurements;
}

/** Facts or measurements that are read in one place; `*` stands for the part of the path that varies. */
export interface FactFamily {
  readonly path: string;
  /** What it says, without a final period. */
  readonly meaning: string;
  /** Where it is read from. */
  readonly source: string;
}

/** Whether a path belongs to a family. */
export const isInFamily = ({path}: FactFamily, fact: string): boolean => matchesGlob(fact, path);
