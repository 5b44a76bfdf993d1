import {expect, test} from 'vitest';
import type {ProgressEvent} from '../progress.ts';
import {ActiveSteps} from './active-steps.ts';

const started = (scope: string, title: string): ProgressEvent => ({type: 'step-started', scope, title});
const ended = (scope: string, title: string): ProgressEvent => ({
  type: 'step-ended',
  scope,
  step: {title, startedMs: 0, durationMs: 1, status: 'passed'},
});

const after = (...events: readonly ProgressEvent[]): readonly string[] => {
  const active = new ActiveSteps();
  for (const [index, event] of events.entries()) active.follow(event, index);
  return active.innermost().map(({scope, title, sinceMs}) => `${scope}/${title}@${sinceMs}`);
};

test('the innermost step of each scope is active', () => {
  expect(after(started('run', 'Bake'), started('run', 'Unpack'), started('m1', 'Start'))).toEqual([
    'run/Unpack@1',
    'm1/Start@2',
  ]);
});

test('an outer step is active again when the inner one has ended', () => {
  expect(after(started('run', 'Bake'), started('run', 'Unpack'), ended('run', 'Unpack'))).toEqual(['run/Bake@0']);
});

test('a cell is active from its start', () => {
  expect(after({type: 'cell-started', cell: 'a'})).toEqual(['a/@0']);
  expect(after({type: 'cell-started', cell: 'a'}, started('a', 'Probe'), ended('a', 'Probe'))).toEqual(['a/@0']);
});

test('the end of a step that never started is nothing', () => {
  expect(after(ended('run', 'Bake'))).toEqual([]);
});
