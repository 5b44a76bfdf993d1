import {UsageError} from '../../vms/errors.ts';
import {failureRecordOf} from '../report/failure.ts';
import type {CellRecord} from '../report/run-record.ts';

/**
 * The cells that told of no failure, and that Vitest complains of by name, as failed ones: their checks are wrong, as one that nobody awaits,
 * which has checked nothing.
 */
export const withComplaints = (
  cells: readonly CellRecord[],
  complaints: ReadonlyMap<string, string>,
): readonly CellRecord[] =>
  cells.flatMap((cell) => {
    const complaint = complaints.get(cell.name);
    if (cell.status !== 'passed' || complaint === undefined) return [];
    const [sentence = ''] = complaint.split('\n');
    const error = new UsageError(`Cannot take the check of "${cell.scenario}" as it is: ${sentence}`);
    return [{...cell, status: 'failed', failures: [failureRecordOf(error)]}];
  });
