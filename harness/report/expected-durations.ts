import {join} from 'node:path';
import {readRun} from './run-file.ts';

/** How long something took the last time, in milliseconds; `undefined` when it was not done then. `title` is empty for a whole cell. */
export type ExpectedDuration = (scope: string, title: string) => number | undefined;

/**
 * What the last run under a folder of reports took for its steps: of machines by title, of cells by cell and title. Nothing is expected where
 * there was no run, or one of another version.
 */
export const expectedDurations = async (reportsFolder: string): Promise<ExpectedDuration> => {
  const last = await readRun(join(reportsFolder, 'latest')).catch(() => undefined);
  const ofMachines = new Map(
    (last?.machines ?? []).flatMap(({steps}) => steps.map(({title, durationMs}) => [title, durationMs] as const)),
  );
  const ofCells = new Map(
    (last?.cells ?? [])
      .filter(({status}) => status === 'passed')
      .flatMap(({name, durationMs, steps}) => [
        [keyOf(name, ''), durationMs] as const,
        ...steps.map((step) => [keyOf(name, step.title), step.durationMs] as const),
      ]),
  );
  return (scope, title) => ofCells.get(keyOf(scope, title)) ?? ofMachines.get(title);
};

const keyOf = (cell: string, title: string): string => JSON.stringify([cell, title]);
