import type {Observation} from '../../observe/fact.ts';
import type {RecordedFacts} from '../../observe/recorded-facts.ts';
import {failureRecordOf, flattened} from '../../report/failure.ts';
import type {CellRecord} from '../../report/run-record.ts';
import type {Lease} from '../desk-protocol.ts';

/** What a cell comes to, filled as it goes: a failure in the middle leaves what was found so far. */
export interface CellResult extends Pick<CellRecord, 'steps' | 'reach' | 'failures' | 'knownResidue'> {
  readonly errors: unknown[];
  imageDigest?: string;
  wasRun: boolean;
  /** Versions found in its machine. */
  versions?: Lease['versions'];
  /** What the observers saw. */
  observation?: Observation;
  /** What the scenario itself found out. */
  readonly recorded: RecordedFacts;
}

/** Notes an error, and in the record what it means. */
export const fail = (result: CellResult, error: unknown, evidence: readonly string[] = []): void => {
  result.errors.push(error);
  result.failures.push(...flattened(error).map((one) => failureRecordOf(one, evidence)));
};
