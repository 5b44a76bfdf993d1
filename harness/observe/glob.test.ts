import {expect, test} from 'vitest';
import {matchesGlob} from './glob.ts';

test.for([
  ['process.capabilities.effective', 'process.*', true],
  ['oci.process.cwd', 'process.*', false],
  ['process.rlimits.RLIMIT_CPU.soft', 'process.rlimits.*.soft', true],
  ['a.b', 'a.b', true],
  ['axb', 'a.b', false],
] as const)('%s is as %s has it: %s', ([text, glob, expected]) => {
  expect(matchesGlob(text, glob)).toBe(expected);
});
