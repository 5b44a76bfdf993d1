import {expect, test} from 'vitest';
import {exampleCell, exampleFailure} from '../report/example-run.ts';
import type {FailureRecord} from '../report/run-record.ts';
import {cellNotRun} from './cell-not-run.ts';

const cell = exampleCell({runtimeSet: 'trixie'});
const goesOn = new AbortController().signal;
const ofBookworm = exampleFailure({
  runtimeSet: 'bookworm',
  class: 'guest',
  sentence: 'The machine of bookworm is gone',
});

const whyNot = (signal: AbortSignal, failures: readonly FailureRecord[]) => cellNotRun(cell, signal, failures).failures;

test('a cell that was not run says why its own runtime set could not', () => {
  const ofTrixie = exampleFailure({runtimeSet: 'trixie', class: 'provision', sentence: 'No machine of trixie starts'});
  expect(whyNot(goesOn, [ofBookworm, ofTrixie])).toMatchObject([
    {class: 'provision', sentence: 'Not run: No machine of trixie starts'},
  ]);
});

test('a cell that was not run says what failed of the whole run', () => {
  const ofAll = exampleFailure({class: 'host', sentence: 'The disk is full'});
  expect(whyNot(goesOn, [ofBookworm, ofAll])).toMatchObject([{class: 'host', sentence: 'Not run: The disk is full'}]);
});

test('a cell that was not run does not blame what failed on another runtime set', () => {
  const sentence = 'Not run: the worker ended before it';
  expect(whyNot(goesOn, [ofBookworm])).toMatchObject([{class: 'harness', sentence}]);
});

test('a cell that was not run says that the run was interrupted', () => {
  expect(whyNot(AbortSignal.abort(), [])).toMatchObject([{sentence: 'Interrupted before its end'}]);
});
