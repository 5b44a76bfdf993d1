import {expect, test} from 'vitest';
import {plainPaint} from '../report/terminal/paint.ts';
import {bisectLines} from './bisect-lines.ts';
import {exampleFailure} from '../report/example-run.ts';
import {exampleDifference} from './example-difference.ts';

const difference = exampleDifference();

test('a difference that a failed step could have told of is brought by nobody known', () => {
  const record = {
    id: 'a',
    from: 'bookworm',
    to: 'trixie',
    steps: [['runc'], ['containerd'], ['docker'], ['runc', 'containerd', 'docker']],
    unknown: ['runc'],
    differences: [{difference, culprits: ['unknown']}],
    failures: [],
  } as const;
  expect(bisectLines(record, plainPaint)).toEqual([
    '',
    'unknown: a step or a cell that could have told failed  1 of 1',
    '  limits.nofile  1 -> 2  docker',
    '',
    'What runc brings by itself is unknown: its step failed',
    '1 difference between bookworm and trixie',
  ]);
});

test('no difference is good news only where all of both sets was seen', () => {
  const same = {id: 'a', from: 'bookworm', to: 'trixie', steps: [], unknown: [], differences: []};
  expect(bisectLines({...same, failures: []}, plainPaint)).toEqual(['', '✓ No difference between bookworm and trixie']);
  expect(bisectLines({...same, failures: [exampleFailure()]}, plainPaint).at(-1)).toBe(
    'No difference seen between bookworm and trixie',
  );
});
