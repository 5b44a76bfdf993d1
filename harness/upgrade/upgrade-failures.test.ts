import {expect, test} from 'vitest';
import {ProvisionError} from '../../vms/errors.ts';
import {exampleCell, exampleFailure, exampleMachine} from '../report/example-run.ts';
import type {Ending} from './steady.ts';
import {freshFailures, passFailures, thrownFailures} from './upgrade-failures.ts';
import {UpgradeFailure} from './upgrade-machine.ts';
import type {UpgradedWorkloadRecord, UpgradePassRecord} from './upgrade-record.ts';

const failuresOf = (fate: Pick<UpgradedWorkloadRecord, 'expected' | 'survived'>, ...endings: Ending[]): unknown => {
  const workload = {
    title: 'docker, restart=no',
    level: 'docker',
    targets: endings.map((ending) => ({vantage: 'machine', url: 'http://127.0.0.1:8080', ending})),
    problems: [],
    ...fate,
  };
  const pass = {liveRestore: true, workloads: [workload], lost: []} as unknown as UpgradePassRecord;
  return passFailures(pass).map((failure) => [failure.class, failure.layer, failure.sentence]);
};

test.each([
  ['survives', true, 'up'],
  ['is restarted', false, 'up'],
  ['stays down', false, 'down'],
] as const)('a workload that %s as its runtime documents it is no failure', (expected, survived, ending) => {
  expect(failuresOf({expected, survived}, ending, ending)).toEqual([]);
});

test('one that was to survive and was restarted is a failure', () => {
  expect(failuresOf({expected: 'survives', survived: false}, 'up', 'up')).toEqual([
    [
      'runtime',
      'docker',
      'Cannot keep "docker, restart=no" over the upgrade: its process is another one (live-restore on)',
    ],
  ]);
});

test.each(['up', 'unsteady'] as const)('one that was to stay down and is %s is a failure', (ending) => {
  expect(failuresOf({expected: 'stays down', survived: false}, ending, 'down')).toEqual([
    ['runtime', 'docker', 'Cannot leave "docker, restart=no" down after the upgrade: it answers (live-restore on)'],
  ]);
});

test('one that does not answer is one failure', () => {
  expect(failuresOf({expected: 'survives', survived: false}, 'down')).toEqual([
    [
      'workload',
      'docker',
      'Cannot reach "docker, restart=no" after the upgrade: no answer on http://127.0.0.1:8080 from the machine (live-restore on)',
    ],
  ]);
});

test('one that answers at times is a failure', () => {
  expect(failuresOf({expected: 'is restarted', survived: false}, 'unsteady')).toEqual([
    [
      'workload',
      'docker',
      'Cannot reach "docker, restart=no" after the upgrade: no steady answer on http://127.0.0.1:8080 from the machine (live-restore on)',
    ],
  ]);
});

test('a cell that does not pass on a fresh machine is a failure of the runtime, whatever it failed with', () => {
  const failure = exampleFailure({class: 'residue', sentence: 'Left behind', evidence: ['evidence/console.log']});
  const cells = [
    exampleCell(),
    exampleCell({name: 'nginx docker published trixie', status: 'failed', failures: [failure]}),
  ];
  expect(freshFailures({cells, failures: []})).toEqual([
    {
      class: 'runtime',
      sentence:
        'Cannot compare all of "nginx docker published trixie": it did not pass on a fresh machine, Left behind',
      evidence: [],
      layer: failure.layer,
    },
  ]);
});

test('a cell that was not run is a failure only where the run itself has none', () => {
  const failure = exampleFailure({class: 'provision', sentence: 'Cannot start the machine'});
  const cells = [exampleCell({status: 'not-run', failures: [failure]})];
  expect(freshFailures({cells, failures: [failure]})).toEqual([]);
  expect(freshFailures({cells, failures: []})).toHaveLength(1);
});

test.each([[['evidence/console.log']], [[]]])(
  'a teardown that fails as well hides neither the failure with evidence %j, nor the machine that it keeps',
  (evidence) => {
    const error = new UpgradeFailure(new ProvisionError('Cannot upgrade the packages'), exampleMachine(), evidence);
    const {failures, keeping} = thrownFailures(new SuppressedError(new Error('Cannot unmount it'), error));
    expect(keeping).toBe(error);
    expect(failures).toMatchObject([
      {class: 'provision', sentence: 'Cannot upgrade the packages', evidence},
      {class: 'harness', sentence: 'Cannot unmount it', evidence: []},
    ]);
  },
);
