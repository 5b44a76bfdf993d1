import type {FailureRecord, RunRecord} from '../report/run-record.ts';

/** What a failure is known by in every run: of residue each single thing, and `seen` has them all where the sentence has the first few. */
export const whatFailed = ({class: failureClass, seen, sentence}: FailureRecord): string[] =>
  (failureClass === 'residue' && seen !== undefined ? seen.split('; ') : [sentence]).map(lasting);

/** A sentence without what no two runs share. */
export const lasting = (sentence: string): string =>
  sentence
    .replaceAll(/\b(process|pid) \d+/g, '$1 {pid}')
    .replaceAll(/\b\d{8}-\d{6}-[0-9a-f]{4}\b/g, '{run}')
    .replaceAll(/\b[0-9a-f]{64}\b/g, '{id}')
    .replaceAll(/\b[0-9a-f]{12}\b/g, '{id}')
    .replaceAll(/\bveth[0-9a-f]{7,8}\b/g, 'veth{n}')
    .replaceAll(/\b\d+(\.\d+)? (ms|s)\b/g, '{time}');

/** What failed in one run alone and belongs to no cell: a machine, or what was left on the host. Each with its class. */
export const failedAlone = ({failures}: RunRecord, other: RunRecord): string[] => {
  const known = new Set(namesOf(other.failures));
  return namesOf(failures).filter((name) => !known.has(name));
};

const namesOf = (failures: readonly FailureRecord[]): string[] =>
  failures.flatMap((failure) => whatFailed(failure).map((what) => `${failure.class}: ${what}`));
