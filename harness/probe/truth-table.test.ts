import {expect, test} from 'vitest';
import {answers, either, readTruthTable, silent} from './truth-table.ts';

const outside = {harness: silent, machine: answers, neighbour: either};

test('a whole table is read entry by entry', () => {
  const {entries, problems} = readTruthTable('netns', {address: outside, loopback: {container: answers}});
  expect(problems).toEqual([]);
  expect(entries).toEqual([
    {route: 'address', vantage: 'harness', expected: 'silent'},
    {route: 'address', vantage: 'machine', expected: 'answers'},
    {route: 'address', vantage: 'neighbour', expected: 'either'},
    {route: 'loopback', vantage: 'container', expected: 'answers'},
  ]);
});

test.for([
  [
    'a missing vantage',
    {address: {harness: silent, machine: answers}, loopback: {container: answers}},
    '"address.neighbour" has no entry',
  ],
  ['a missing route', {address: outside}, '"loopback.container" has no entry'],
  ['nothing at all', undefined, '"address.harness" has no entry'],
  [
    'a wrong value',
    {address: {...outside, machine: 'maybe'}, loopback: {container: answers}},
    '"address.machine" is "maybe", and must be answers, silent or either',
  ],
  [
    'a question nobody asks',
    {address: outside, loopback: {container: answers, harness: silent}},
    '"loopback.harness" is not asked in network mode "netns"',
  ],
] as const)('%s is a problem', ([, table, problem]) => {
  expect(readTruthTable('netns', table).problems).toContain(problem);
});
