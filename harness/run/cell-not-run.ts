import type {PlannedCell} from '../report/progress.ts';
import type {CellRecord, FailureRecord} from '../report/run-record.ts';

/**
 * The record of a cell that was planned and never came to its end. `failures` are those beside the cells: the first one of its own runtime
 * set or of the whole run is why.
 */
export const cellNotRun = (cell: PlannedCell, signal: AbortSignal, failures: readonly FailureRecord[]): CellRecord => {
  const why = failures.find(({runtimeSet}) => runtimeSet === undefined || runtimeSet === cell.runtimeSet);
  const sentence = signal.aborted
    ? 'Interrupted before its end'
    : `Not run: ${why?.sentence ?? 'the worker ended before it'}`;
  return {
    ...cell,
    status: 'not-run',
    durationMs: 0,
    steps: [],
    reach: [],
    knownResidue: [],
    failures: [{class: why?.class ?? 'harness', sentence, evidence: []}],
  };
};
