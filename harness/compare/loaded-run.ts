import {readdir} from 'node:fs/promises';
import {join} from 'node:path';
import {UsageError} from '../../vms/errors.ts';
import {readObservation, type ObservationRecord} from '../observe/observation-file.ts';
import {readRun} from '../report/run-file.ts';
import {runOrBaselineFolder} from '../report/run-folder.ts';
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
 * Loads the run that {@link runOrBaselineFolder} finds.
 * Throws {@link UsageError} when there is none, or one of its files is broken or of another version.
 */
export const loadRun = async (name: string, reportsFolder: string): Promise<LoadedRun> => {
  const folder = runOrBaselineFolder(name, reportsFolder);
  const record = await readRun(folder);
  const observations = await readObservations(folder);
  if (observations.size === 0 && record.cells.some(({status}) => status === 'passed')) {
    throw new UsageError(`Cannot compare "${name}": its folder has no observations`);
  }
  return {name, record, observations};
};

/** Reads what was observed in a run, by the name of the cell, from the run's folder. Throws {@link UsageError} for a broken file. */
export const readObservations = async (run: string): Promise<ReadonlyMap<string, ObservationRecord>> => {
  const folder = join(run, 'observations');
  const files = await readdir(folder).catch(() => []);
  const records = await Promise.all(
    files.filter((file) => file.endsWith('.json')).map(async (file) => readObservation(join(folder, file))),
  );
  return new Map(records.map((observation) => [observation.cell, observation]));
};

/** What a run found on one of its runtime sets, with what failed of the whole run. Throws {@link UsageError} when it did not run on that. */
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
    record: {
      ...record,
      failures: record.failures.filter((failure) => [undefined, runtimeSet].includes(failure.runtimeSet)),
      machines: record.machines.filter(isOfSet),
      cells: record.cells.filter(isOfSet),
    },
    observations: new Map([...observations].filter(([, observation]) => isOfSet(observation))),
  };
};
