import {expect, test} from 'vitest';
import {exampleFailure} from '../report/example-run.ts';
import type {FailureRecord} from '../report/run-record.ts';
import {exitCodeOfStopped} from './replay.ts';

const residue = exampleFailure({class: 'residue'});

test.each<[ended: number, after: string, exitCode: number, failures: FailureRecord[]]>([
  [0, 'its cell was left', 4, []],
  [0, 'its cell went on and failed', 1, []],
  [143, 'SIGTERM', 143, []],
  [129, 'SIGHUP', 129, [residue]],
  [5, 'something was left on the host', 1, [residue]],
])('a replay that has stopped ends with %i after %s', (ended, _, exitCode, failures) => {
  expect(exitCodeOfStopped({exitCode, failures})).toBe(ended);
});
