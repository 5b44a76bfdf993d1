import {expect, test} from 'vitest';
import {plainPaint} from '../report/terminal/paint.ts';
import {exampleFailure} from '../report/example-run.ts';
import {comparisonLines} from './comparison-lines.ts';
import {comparisonPage} from './comparison-page.ts';
import {compareRuns, isExplained} from './comparison.ts';
import {exampleLoadedRun} from './example-runs.ts';
import {partOn} from './loaded-run.ts';

const run = (id: string, ...left: string[]) =>
  exampleLoadedRun([{level: 'runc', facts: {'process.cwd': '/'}}], {
    id,
    failures: left.length === 0 ? [] : [exampleFailure({class: 'residue', seen: left.join('; ')})],
  });

test('what one run alone left on its host is told, and nothing explains it', () => {
  const [clean, dirty] = [run('20261128-003409-b5e0'), run('20261128-014501-0c1d', 'mount "/x", left mounted')];
  const comparison = compareRuns(clean, dirty);
  expect(comparison).toMatchObject({
    differences: [],
    failedOnlyOld: [],
    failedOnlyNew: ['residue: mount "/x", left mounted'],
  });
  expect(isExplained(comparison)).toBe(false);
  expect(isExplained(compareRuns(dirty, clean))).toBe(false);
  expect(comparisonLines(comparison, plainPaint).slice(3)).toEqual([
    'The new run alone failed beside its cells: residue: mount "/x", left mounted',
    '',
    '✗ No difference, 1 failure beside the cells: 1 cell, 1 fact compared',
  ]);
  const page = comparisonPage(comparison);
  expect(page).toContain('<h1>No difference, 1 failure beside the cells</h1>');
  expect(page).toContain('The new run alone failed beside its cells: residue: mount');
});

test('what both left is the same under the id of each run', () => {
  const left = (id: string, ...more: string[]) => run(id, `folder "/run/plumbline/${id}", left behind`, ...more);
  const [one, other] = ['20261128-003409-b5e0', '20261128-014501-0c1d'] as const;
  expect(isExplained(compareRuns(left(one), left(other)))).toBe(true);
  expect(compareRuns(left(one), left(other, 'link "pl0"')).failedOnlyNew).toEqual(['residue: link "pl0"']);
});

test('what failed on one runtime set says nothing of another, and what failed of the whole run counts on each', () => {
  const on = (runtimeSet: string) =>
    ({level: 'runc', facts: {'process.cwd': '/'}, cell: {runtimeSet, name: `nginx runc ${runtimeSet}`}}) as const;
  const failed = (sentence: string, runtimeSet?: string) =>
    exampleFailure({class: 'guest', sentence, ...(runtimeSet !== undefined && {runtimeSet})});
  const both = exampleLoadedRun([on('bookworm'), on('trixie')], {
    failures: [failed('Cannot throw away a machine', 'trixie'), failed('Cannot write the ledger')],
  });
  const failedOn = (runtimeSet: string) =>
    compareRuns(exampleLoadedRun([on(runtimeSet)]), partOn(runtimeSet, both)).failedOnlyNew;
  expect(failedOn('bookworm')).toEqual(['guest: Cannot write the ledger']);
  expect(failedOn('trixie')).toEqual(['guest: Cannot throw away a machine', 'guest: Cannot write the ledger']);
});
