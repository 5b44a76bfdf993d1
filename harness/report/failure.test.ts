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

test.each([
  [[], 0],
  [['usage'], 2],
  [['host'], 3],
  [['runtime'], 1],
  [['workload'], 1],
  [['probe'], 1],
  [['provision'], 4],
  [['guest'], 4],
  [['harness'], 4],
  [['residue'], 5],
  [['residue', 'guest'], 4],
  [['residue', 'guest', 'probe'], 1],
  [['probe', 'host'], 1],
  [['host', 'usage'], 2],
] as const)('failures of the classes %j lead to the exit code %i', (classes, code) => {
  expect(exitCodeOf(classes.map((one) => ({class: one})))).toBe(code);
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
