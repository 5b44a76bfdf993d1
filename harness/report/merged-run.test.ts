import {expect, test} from 'vitest';
import {exampleCell, exampleFailedRun, exampleMachine, exampleRun} from './example-run.ts';
import {mergeRuns} from './merged-run.ts';
import {planDigest} from './plan-digest.ts';
import type {RunRecord} from './run-record.ts';

const cell = (index: number) => exampleCell({name: `cell ${index}`});

const part = (index: number, changes: Partial<RunRecord> = {}, count = 2) => ({
  name: `part${index}`,
  record: exampleRun({
    id: `run-${index}`,
    shard: {index, count, plan: planDigest(Array.from({length: count}, (_, before) => cell(before + 1)))},
    cells: [cell(index)],
    durationMs: index * 1000,
    ...changes,
  }),
});

const virtual = {...exampleMachine(), traits: {provider: 'qemu'}};

test('the parts of a plan become one run, in the order of the parts', () => {
  const merged = mergeRuns([part(2), part(1)], 'merged');
  expect(merged).toMatchObject({id: 'merged', durationMs: 2000, exitCode: 0});
  expect(merged.cells.map(({name}) => name)).toEqual(['cell 1', 'cell 2']);
  expect(merged.machines).toHaveLength(2);
  expect(merged).not.toHaveProperty('shard');
});

test('every host that the parts ran on is kept, once', () => {
  const {host} = exampleRun();
  const other = {...host, cpus: host.cpus + 2};
  const merged = mergeRuns([part(3, {host: other}, 3), part(2, {host: other}, 3), part(1, {host}, 3)], 'merged');
  expect(merged).toMatchObject({host, otherHosts: [other]});
  expect(mergeRuns([part(1), part(2)], 'merged')).not.toHaveProperty('otherHosts');
});

test('a failure of one part is one of the whole', () => {
  const {failures, cells} = exampleFailedRun();
  const shard = {index: 2, count: 2, plan: planDigest([cell(1), ...cells])};
  const runs = [part(1, {shard: {...shard, index: 1}}), part(2, {cells, exitCode: 1, shard})];
  expect(mergeRuns(runs, 'merged').exitCode).toBe(1);
  expect(mergeRuns([part(1), part(2, {failures, exitCode: 4})], 'merged').exitCode).toBe(4);
});

test('a program given to --runc is one wherever its file lies', () => {
  const runs = ['/one/runc', '/other/runc'].map((runc, index) =>
    part(index + 1, {options: {runc, runcDigest: 'sha256:a'}}),
  );
  expect(mergeRuns(runs, 'merged').options).toEqual({runc: '/one/runc', runcDigest: 'sha256:a'});
});

test.each([
  [[part(1, {}, 3), part(3, {}, 3)], 'Cannot merge runs: of the plan part 2/3 is missing'],
  [[part(1), part(1, {id: 'run-9'}), part(2)], 'Cannot merge "part1": part 1/2 is there already, as "run-1"'],
  [[part(1), part(2, {}, 4)], 'Cannot merge "part2": it is a part of 4, and "run-1" is a part of 2'],
  [
    [part(1), part(2, {shard: {index: 2, count: 2, plan: 'other'}})],
    'Cannot merge "part2": it is a part of another plan, with other cells than that of "run-1"',
  ],
  [
    [part(1), part(2, {tool: {version: '9.0.0', node: '24.0.0'}})],
    'Cannot merge "part2": plumbline 9.0.0 made it, and 0.1.0 made "run-1"',
  ],
  [
    [part(1), part(2, {options: {runc: '/root/runc'}})],
    'Cannot merge "part2": it ran with --runc "/root/runc", and "run-1" without --runc',
  ],
  [
    [1, 2].map((index) => part(index, {options: {runc: '/root/runc', runcDigest: `sha256:${index}`}})),
    'Cannot merge "part2": it ran with --runc "sha256:2", and "run-1" with --runc "sha256:1"',
  ],
  [[part(1), part(2, {cells: [cell(2), cell(1)]})], 'Cannot merge runs: "cell 1" is in two parts, since the baselines'],
  [
    [part(1), part(2, {cells: []})],
    'Cannot merge runs: a cell of the plan is in none of the parts, since the baselines',
  ],
  [[part(1, {options: {pull: true}}), part(2)], 'Cannot merge "part2": it ran without --pull, and "run-1" with --pull'],
  [
    [part(1, {machines: []}, 3), part(2, {}, 3), part(3, {machines: [virtual]}, 3)],
    'Cannot merge "part3": it ran in machines of "qemu", and "run-2" of "sandbox"',
  ],
  [
    [{name: 'whole', record: exampleRun({shard: {index: 1, count: 1, plan: 'p'}})}],
    'Cannot merge "whole": it is a whole run, not a part that "--shard" made',
  ],
])('what does not belong together is refused', (runs, sentence) => {
  expect(() => mergeRuns(runs, 'merged')).toThrow(sentence);
});
