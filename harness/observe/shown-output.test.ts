import {expect, test} from 'vitest';
import {shownOutput} from './shown-output.ts';

test('each line that a command said is there with its stream, without what no two runs share', () => {
  const id = 'ab'.repeat(32);
  expect(shownOutput({stdout: 'out\n', stderr: `err\r\ncannot stop ${id}\n`})).toEqual([
    'stderr: cannot stop {id}',
    'stderr: err',
    'stdout: out',
  ]);
  expect(shownOutput({stdout: '', stderr: '\n'})).toEqual([]);
});
