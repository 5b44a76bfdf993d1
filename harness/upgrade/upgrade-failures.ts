import type {Comparison} from '../compare/comparison.ts';
import {counted} from '../report/counted.ts';
import {failureRecordOf, flattened} from '../report/failure.ts';
import type {FailureRecord, RunRecord} from '../report/run-record.ts';
import {UpgradeFailure} from './upgrade-machine.ts';
import type {UpgradePassRecord, UpgradedWorkloadRecord} from './upgrade-record.ts';

/** What an upgrade was ended by, and which of it keeps a machine: a teardown that fails as well hides neither. */
export const thrownFailures = (
  error: unknown,
): {readonly failures: FailureRecord[]; readonly keeping: UpgradeFailure | undefined} => {
  const errors = flattened(error);
  return {
    failures: errors.map((one) => failureRecordOf(one, one instanceof UpgradeFailure ? one.evidence : [])),
    keeping: errors.find((one) => one instanceof UpgradeFailure),
  };
};

/**
 * What is wrong with an upgrade that was carried out: workloads that did not fare as their runtime documents it, state that the new version
 * can not read.
 */
export const passFailures = ({workloads, lost, liveRestore}: UpgradePassRecord): FailureRecord[] => {
  const where = `live-restore ${liveRestore ? 'on' : 'off'}`;
  return [
    ...workloads.flatMap((workload) => [
      ...absence(workload, where),
      ...otherFate(workload, where),
      ...unreadable(workload, where),
    ]),
    ...lost.map((sentence) => failure('runtime', `Cannot read all state after the upgrade: ${sentence} (${where})`)),
  ];
};

/** Whatever the upgraded machine does otherwise than a fresh one, as one failure; none when all of it is explained. */
export const comparisonFailures = ({unexplained, old}: Comparison): FailureRecord[] =>
  unexplained === 0
    ? []
    : [
        failure(
          'runtime',
          `Cannot call the upgraded machine equal to a fresh "${old.runtimeSets.join(', ')}": ${counted(unexplained, 'unexplained difference')}`,
        ),
      ];

/**
 * The cells that did not pass on a fresh machine: one that fails alike wherever it is run differs in nothing. Those that were not run are
 * left to what the run itself failed with.
 */
export const freshFailures = ({cells, failures}: Pick<RunRecord, 'cells' | 'failures'>): FailureRecord[] =>
  cells.flatMap(({name, status, failures: [first]}) =>
    status === 'passed' || (status === 'not-run' && failures.length > 0)
      ? []
      : [
          failure(
            'runtime',
            `Cannot compare all of "${name}": it did not pass on a fresh machine, ${first?.sentence ?? status}`,
            first?.layer,
          ),
        ],
  );

const absence = ({title, level, expected, targets}: UpgradedWorkloadRecord, where: string): FailureRecord[] => {
  const silent = expected === 'stays down' ? [] : targets.filter(({ending}) => ending !== 'up');
  const [first] = silent;
  return first === undefined
    ? []
    : [
        failure(
          'workload',
          `Cannot reach "${title}" after the upgrade: no ${silent.some(({ending}) => ending === 'unsteady') ? 'steady answer' : 'answer'} on ${silent.map(({url, vantage}) => `${url} from the ${vantage}`).join(', ')} (${where})`,
          level,
        ),
      ];
};

/** Of one that answers, what its runtime does not document. */
const otherFate = (
  {title, level, expected, survived, targets}: UpgradedWorkloadRecord,
  where: string,
): FailureRecord[] => {
  if (targets.every(({ending}) => ending === 'down')) {
    return [];
  }
  if (expected === 'stays down') {
    return [failure('runtime', `Cannot leave "${title}" down after the upgrade: it answers (${where})`, level)];
  }
  return expected === 'survives' && !survived
    ? [failure('runtime', `Cannot keep "${title}" over the upgrade: its process is another one (${where})`, level)]
    : [];
};

const unreadable = ({title, level, problems}: UpgradedWorkloadRecord, where: string): FailureRecord[] =>
  problems.map((problem) =>
    failure('runtime', `Cannot use "${title}" after the upgrade: ${problem} (${where})`, level),
  );

const failure = (failureClass: FailureRecord['class'], sentence: string, layer?: string): FailureRecord => ({
  class: failureClass,
  sentence,
  evidence: [],
  ...(layer !== undefined && {layer}),
});
