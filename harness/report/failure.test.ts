import {expect, test} from 'vitest';
import {HostError, MachineError, PlumblineError} from '../../vms/errors.ts';
import {exitCodeOf, failureRecordOf, FailureOnSet, flattened} from './failure.ts';

test('what failed on a runtime set is named with it, each of several by itself', () => {
  const [first, second] = [new MachineError('Cannot start it'), new PlumblineError('residue', 'A mount is left')];
  const error = new SuppressedError(
    new Error('later'),
    new FailureOnSet('trixie', new AggregateError([first, second])),
  );
  expect(flattened(error).map((one) => failureRecordOf(one))).toEqual([
    {class: 'guest', sentence: 'Cannot start it', evidence: [], runtimeSet: 'trixie'},
    {class: 'residue', sentence: 'A mount is left', evidence: [], runtimeSet: 'trixie'},
    {class: 'harness', sentence: 'later', evidence: []},
  ]);
});

test('an error that is to be made of others and is of none is one itself', () => {
  const error = new AggregateError([], 'All promises were rejected');
  expect(flattened(error).map((one) => failureRecordOf(one))).toMatchObject([{sentence: 'All promises were rejected'}]);
});

test('what mends the host is kept', () => {
  const error = new HostError('Cannot bake it', [
    {sentence: 'mmdebstrap is not installed', remedy: 'apt-get install mmdebstrap'},
    {sentence: 'The kernel is too old'},
  ]);
  expect(failureRecordOf(error)).toEqual({
    class: 'host',
    sentence: 'Cannot bake it',
    remedies: ['apt-get install mmdebstrap'],
    evidence: [],
  });
});

test('what a check compared is kept, also where it is no JSON', () => {
  const circle: Record<string, unknown> = {name: 'a'};
  circle['self'] = circle;
  const compared = (seen: unknown, expected: unknown) => {
    try {
      expect(seen).toEqual(expected);
    } catch (error) {
      return failureRecordOf(error);
    }
    return undefined;
  };
  expect(compared(1n, 2n)).toMatchObject({class: 'runtime', expected: '2n', seen: '1n'});
  expect(compared(circle, 'b')).toMatchObject({expected: 'b', seen: "<ref *1> { name: 'a', self: [Circular *1] }"});
  expect(compared({a: [1]}, {a: [2]})).toMatchObject({expected: '{"a":[2]}', seen: '{"a":[1]}'});
});

test.each([
  [undefined, 'undefined'],
  [null, 'null'],
  [1n, '1n'],
  ['no answer\nat all', 'no answer'],
])('%s may be thrown', (thrown, sentence) => {
  expect(failureRecordOf(thrown)).toEqual({class: 'harness', sentence, evidence: []});
});

test.each([
  [0, []],
  [2, ['probe', 'usage']],
  [1, ['host', 'residue', 'workload']],
  [3, ['residue', 'harness', 'host']],
  [4, ['residue', 'guest']],
  [5, ['residue']],
] as const)('a run ends with exit code %i after failures of class %o', (code, classes) => {
  expect(exitCodeOf(classes.map((failureClass) => ({class: failureClass})))).toBe(code);
});
