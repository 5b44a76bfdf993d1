import type {Facts, Measurements} from '../observe/fact.ts';
import type {ObservationRecord} from '../observe/observation-file.ts';
import {exampleCell, exampleRun} from '../report/example-run.ts';
import type {CellRecord, RunRecord} from '../report/run-record.ts';
import type {LoadedRun} from './loaded-run.ts';

/** What a cell of an example has beside the defaults. */
export interface ExampleCell {
  readonly level: CellRecord['level'];
  readonly network?: CellRecord['network'];
  readonly facts?: Facts;
  readonly measurements?: Measurements;
  /** Milliseconds by the title of the step, for each repetition. */
  readonly steps?: Readonly<Record<string, readonly number[]>>;
  readonly cell?: Partial<CellRecord>;
}

/** A made-up run with observations: what tests of the comparison read. */
export const exampleLoadedRun = (cells: readonly ExampleCell[], changes: Partial<RunRecord> = {}): LoadedRun => {
  const made = cells.flatMap(({level, network = 'netns', facts = {}, measurements = {}, steps = {}, cell = {}}) => {
    const count = Math.max(1, ...Object.values(steps).map(({length}) => length));
    return Array.from({length: count}, (_, index) => {
      const record = exampleCell({
        level,
        network,
        name: `nginx ${level} ${network} trixie #${index + 1}`,
        repetition: index + 1,
        steps: Object.entries(steps).map(([title, times]) => ({
          title,
          startedMs: 0,
          durationMs: times[index] ?? 0,
          status: 'passed',
        })),
        ...cell,
      });
      return {record, observation: observationFor(record, facts, measurements)};
    });
  });
  return {
    name: 'example',
    record: exampleRun({cells: made.map(({record}) => record), ...changes}),
    observations: new Map(
      made.filter(({record}) => record.status !== 'not-run').map(({observation}) => [observation.cell, observation]),
    ),
  };
};

const observationFor = (
  {name, scenario, level, network, runtimeSet, repetition}: CellRecord,
  facts: Facts,
  measurements: Measurements,
): ObservationRecord => ({
  schemaVersion: 1,
  cell: name,
  scenario,
  level,
  network,
  runtimeSet,
  repetition,
  versions: {},
  facts,
  measurements,
  rates: {},
  steps: [],
});
