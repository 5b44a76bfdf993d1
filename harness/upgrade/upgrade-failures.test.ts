import {expect, test} from 'vitest';
import {passFailures} from './upgrade-failures.ts';
import type {UpgradedWorkloadRecord, UpgradePassRecord} from './upgrade-record.ts';

const failuresOf = (fate: Pick<UpgradedWorkloadRecord, 'expected' | 'survived'>, ...answers: boolean[]): unknown => {
  const workload = {
    title: 'docker, restart=no',
    level: 'docker',
    targets: answers.map((isUp) => ({vantage: 'machine', url: 'http://127.0.0.1:8080', isUp})),
    problems: [],
    ...fate,
  };
  const pass = {liveRestore: true, workloads: [workload], lost: []} as unknown as UpgradePassRecord;
  return passFailures(pass).map((failure) => [failure.class, failure.layer, failure.sentence]);
};

test.each([
  ['survives', true, true],
  ['is restarted', false, true],
  ['stays down', false, false],
] as const)('a workload that %s as its runtime documents it is no failure', (expected, survived, isUp) => {
  expect(failuresOf({expected, survived}, isUp, isUp)).toEqual([]);
});

test('one that was to survive and was restarted is a failure', () => {
  expect(failuresOf({expected: 'survives', survived: false}, true, true)).toEqual([
    [
      'runtime',
      'docker',
      'Cannot keep "docker, restart=no" over the upgrade: its process is another one (live-restore on)',
    ],
  ]);
});

test('one that was to stay down and came up is a failure', () => {
  expect(failuresOf({expected: 'stays down', survived: false}, true, false)).toEqual([
    ['runtime', 'docker', 'Cannot leave "docker, restart=no" down after the upgrade: it answers (live-restore on)'],
  ]);
});

test('one that does not answer is one failure', () => {
  expect(failuresOf({expected: 'survives', survived: false}, false)).toEqual([
    [
      'workload',
      'docker',
      'Cannot reach "docker, restart=no" after the upgrade: no answer on http://127.0.0.1:8080 from the machine (live-restore on)',
    ],
  ]);
});
