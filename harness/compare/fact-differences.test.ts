import {expect, test} from 'vitest';
import type {Facts} from '../observe/fact.ts';
import {exampleFailure} from '../report/example-run.ts';
import type {CellRecord} from '../report/run-record.ts';
import {compareRuns} from './comparison.ts';
import {exampleLoadedRun} from './example-runs.ts';

/** A run of one cell, so many times as there are repetitions. */
const repeated = (...repetitions: {readonly facts?: Facts; readonly cell?: Partial<CellRecord>}[]) =>
  exampleLoadedRun(
    repetitions.map(({facts = {}, cell = {}}, index) => ({
      level: 'runc',
      facts: {'process.cwd': '/', ...facts},
      cell: {name: `nginx runc netns trixie #${index + 1}`, repetition: index + 1, ...cell},
    })),
  );

test('what one repetition failed with or left does not hide what another did', () => {
  const left = (seen: string) => ({
    cell: {
      status: 'failed' as const,
      knownResidue: seen.split('; ').map((one) => `known ${one}`),
      failures: [exampleFailure({class: 'residue', seen}), exampleFailure({class: 'probe', sentence: `after ${seen}`})],
    },
  });
  const once = repeated(left('mount "/a"'), {});
  const {differences} = compareRuns(once, repeated(left('mount "/a"'), left('netns "b"')));
  expect(differences.map(({fact, changes}) => [fact, changes])).toEqual([
    ['failure.probe', ['+after netns "b"']],
    ['residue', ['+netns "b"']],
    ['residue.known', ['+known netns "b"']],
  ]);
  expect(compareRuns(once, repeated({}, left('mount "/a"'))).differences).toEqual([]);
  expect(compareRuns(once, repeated(left('mount "/a"'), left('mount "/a"'))).differences).toEqual([]);
  const two = repeated({}, left('mount "/a"; mount "/a"'));
  expect(compareRuns(once, two).differences.find(({fact}) => fact === 'residue')?.changes).toEqual([
    'the same items, 1 -> 2 of them',
  ]);
});

test('one repetition that failed does not hide what all others lost', () => {
  const late: Facts = {'exec.cwd': '/', 'lifecycle.logs': 'delivered'};
  const failed = {cell: {status: 'failed' as const, failures: [exampleFailure({class: 'probe'})]}};
  const [had, lost] = [repeated({facts: late}, {facts: late}, failed), repeated({}, {}, failed)];
  expect(compareRuns(had, lost).differences.map(({fact, kind}) => [fact, kind])).toEqual([
    ['exec.cwd', 'removed'],
    ['lifecycle.logs', 'removed'],
  ]);
  expect(compareRuns(lost, had).differences.map(({kind}) => kind)).toEqual(['added', 'added']);
  expect(compareRuns(had, repeated(failed, failed)).differences).toEqual([]);
});

test.each([
  [137, null],
  [null, 137],
])('values of repetitions are all said, null as well: %s, %s', (...values) => {
  const ending = (value: number | null) => ({facts: {'lifecycle.exec.missing': value}});
  const {differences} = compareRuns(repeated(ending(7), ending(7)), repeated(...values.map(ending)));
  expect(differences.flatMap(({changes}) => changes).toSorted()).toEqual(['7 -> 137', '7 -> null']);
});

/** A repetition with each of the values; `undefined` where it lacks the fact. */
const values = (...seen: (string | undefined)[]) =>
  repeated(...seen.map((value) => ({facts: value === undefined ? {} : {'process.seccomp.mode': value}})));

test.each<[what: string, old: (string | undefined)[], recent: (string | undefined)[], changes: string[]]>([
  [
    'a regression in one of five',
    Array(5).fill('filter'),
    [...Array(4).fill('filter'), 'disabled'],
    ['filter -> disabled'],
  ],
  ['a fact that is lost in one of three', Array(3).fill('filter'), ['filter', undefined, 'filter'], ['was filter']],
  ['a fact that is there in one of three', Array(3).fill(undefined), [undefined, 'filter', undefined], ['now filter']],
  ['what the old run alone had sometimes', ['filter', 'disabled'], ['filter', 'filter'], []],
  ['what the old run lacked sometimes', ['filter', undefined], ['filter', 'filter'], []],
  [
    'what varied before, with one value that is new',
    ['filter', 'disabled'],
    ['filter', 'strict'],
    ['disabled -> strict'],
  ],
  ['what varied before, as before', ['filter', 'disabled'], ['disabled', 'filter'], []],
  ['another value, and none', ['filter', 'filter'], ['strict', undefined], ['filter -> strict', 'was filter']],
])('%s: %j, then %j', (_, old, recent, changes) => {
  const {differences, unexplained} = compareRuns(values(...old), values(...recent));
  expect(differences.flatMap((difference) => difference.changes)).toEqual(changes);
  expect(unexplained).toBe(changes.length);
});

test('where a command could not look around once, that alone differs', () => {
  const seen = {facts: {'exec.cwd': '/', 'lifecycle.exec.look': 'seen'}};
  const blind = {facts: {'lifecycle.exec.look': 'no output'}};
  expect(compareRuns(repeated(seen, seen), repeated(seen, blind)).differences).toMatchObject([
    {fact: 'lifecycle.exec.look', changes: ['seen -> no output']},
  ]);
});
