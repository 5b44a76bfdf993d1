import {readdir, stat} from 'node:fs/promises';
import {dirname, join, resolve} from 'node:path';
import {UsageError} from '../../vms/errors.ts';
import {readObservation, type ObservationRecord} from '../observe/observation-file.ts';
import {readRun} from '../report/run-file.ts';
import type {RunRecord} from '../report/run-record.ts';

/** A run with everything that was observed in it. */
export interface LoadedRun {
  /** What the user called it. */
  readonly name: string;
  readonly record: RunRecord;
  /** By the name of the cell. */
  readonly observations: ReadonlyMap<string, ObservationRecord>;
}

/**
 * Loads a run, given its folder, its `run.json`, its id, or the name of a baseline. `reportsFolder` is where the last two are found.
 * Throws {@link UsageError} when there is none, or one of its files is broken or of another version.
 */
export const loadRun = async (name: string, reportsFolder: string): Promise<LoadedRun> => {
  const path = await pathOf(name, reportsFolder);
  const record = await readRun(path);
  const isFolder = (await stat(path)).isDirectory();
  const observations = await readObservations(isFolder ? path : dirname(path));
  if (observations.size === 0 && record.cells.some(({status}) => status === 'passed')) {
    throw new UsageError(`Cannot compare "${name}": its folder has no observations`);
  }
  return {name, record, observations};
};

/** Reads what was observed in a run, by the name of the cell, from the run's folder. Throws {@link UsageError} for a broken file. */
export const readObservations = async (runFolder: string): Promise<ReadonlyMap<string, ObservationRecord>> => {
  const folder = join(runFolder, 'observations');
  const files = await readdir(folder).catch(() => []);
  const records = await Promise.all(
    files.filter((file) => file.endsWith('.json')).map(async (file) => readObservation(join(folder, file))),
  );
  return new Map(records.map((observation) => [observation.cell, observation]));
};

/** What a run found on one of its runtime sets. Throws {@link UsageError} when it did not run on that. */
export const partOn = (runtimeSet: string, {record, observations, ...run}: LoadedRun): LoadedRun => {
  const sets = new Set(record.cells.map((cell) => cell.runtimeSet));
  if (!sets.has(runtimeSet)) {
    throw new UsageError(
      `Cannot find "${runtimeSet}" in run "${run.name}": it ran on ${[...sets].join(', ') || 'no runtime set'}`,
    );
  }
  const isOfSet = (one: {readonly runtimeSet: string}): boolean => one.runtimeSet === runtimeSet;
  return {
    ...run,
    record: {...record, machines: record.machines.filter(isOfSet), cells: record.cells.filter(isOfSet)},
    observations: new Map([...observations].filter(([, observation]) => isOfSet(observation))),
  };
};

const pathOf = async (name: string, reportsFolder: string): Promise<string> => {
  const given = resolve(process.env['INIT_CWD'] ?? process.cwd(), name);
  const candidates = [given, join(reportsFolder, name), join(reportsFolder, 'baselines', name)];
  for (const candidate of candidates) {
    if (await stat(candidate).catch(() => undefined)) {
      return candidate;
    }
  }
  throw new UsageError(`Cannot read run "${name}": there is no such file, folder, run id or baseline`);
};
