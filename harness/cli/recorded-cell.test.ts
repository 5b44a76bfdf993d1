import {expect, test} from 'vitest';
import {nginx} from '../../scenarios/workloads/nginx.ts';
import {exampleCell, exampleRun} from '../report/example-run.ts';
import type {CellRecord, RunRecord, StepRecord} from '../report/run-record.ts';
import type {LoadedScenario} from '../scenario/load.ts';
import {cellNamed, cellsUpTo, pauseBeforeFailure, requireStated} from './recorded-cell.ts';

const step = (title: string, startedMs: number, status: StepRecord['status'] = 'passed'): StepRecord => ({
  title,
  startedMs,
  durationMs: 1,
  status,
});

const template = exampleCell();
const cell = (name: string, changed: Partial<CellRecord> = {}): CellRecord => ({
  ...template,
  name,
  steps: [],
  ...changed,
});
const run = (...cells: CellRecord[]): RunRecord => ({...exampleRun(), cells});

test('a part of a name is enough, as long as it is of one cell, or of one that failed', () => {
  const one = cell('nginx: stops [docker]', {status: 'passed'});
  const other = cell('nginx: stops [ctr]', {status: 'failed'});
  expect(cellNamed(run(one, other), 'DOCKER')).toBe(one);
  expect(cellNamed(run(one, other), 'stops')).toBe(other);
  expect(cellNamed(run(one, cell('nginx: stops [docker] #2', {status: 'passed'})), one.name)).toBe(one);
  expect(() => cellNamed(run(one, other), 'runc')).toThrow(/^Cannot tell which cell of ".*" is "runc": none has/);
  expect(() => cellNamed(run(one, one), 'nginx')).toThrow(/2 have that in their names/);
});

test('what ran on the same machine before is run again, in its order', () => {
  const [first, elsewhere, never, last] = [
    cell('a', {machine: 'm1'}),
    cell('b', {machine: 'm2'}),
    cell('c', {machine: 'm1', status: 'not-run'}),
    cell('d', {machine: 'm1'}),
  ];
  expect(cellsUpTo(run(first, elsewhere, never, last), last)).toEqual([first, last]);
  const {machine: _machine, ...unknown} = cell('e');
  expect(cellsUpTo(run(first, unknown), unknown)).toEqual([unknown]);
});

test('it stops before the innermost step that failed, told from others with the same title', () => {
  const steps = [
    step('probe', 3),
    step('probe', 9, 'failed'),
    step('outer', 1, 'failed'),
    step('collect evidence', 20),
    step('check that nothing is left', 30, 'failed'),
  ];
  expect(pauseBeforeFailure(cell('a', {steps}))).toEqual({cell: 'a', step: {title: 'probe', occurrence: 2}});
});

test('a check that failed outside of a step is stopped at when it fails', () => {
  expect(
    pauseBeforeFailure(cell('a', {steps: [step('probe', 1), step('check that nothing is left', 2, 'failed')]})),
  ).toEqual({
    cell: 'a',
  });
});

const statedAs = ({scenario, file, level, network}: CellRecord): LoadedScenario => ({
  title: scenario,
  file,
  workload: nginx,
  cells: [{level, network, reach: []}],
  notAt: {},
  body: {kind: 'running', check: undefined},
});

test('of a cell that ran before and is not stated any more it is said that it can be left out', () => {
  const [gone, asked] = [cell('a', {scenario: 'gone'}), cell('b')];
  expect(() => requireStated([gone, asked], [])).toThrow(/^Cannot replay "b": .* any more$/);
  expect(() => requireStated([gone, asked], [statedAs(asked)])).toThrow(
    /^Cannot replay "a": .* any more, "--alone" leaves out what ran before$/,
  );
  expect(() => requireStated([asked], [statedAs(asked)])).not.toThrow();
});
