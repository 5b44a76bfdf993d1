import {expect, test} from 'vitest';
import {exampleCell, exampleReach} from '../example-run.ts';
import type {CellRecord} from '../run-record.ts';
import {plainPaint} from './paint.ts';
import {reachTables} from './reach-table.ts';

const tables = (...cells: readonly Partial<CellRecord>[]): readonly string[] =>
  reachTables(
    cells.map((changes) => exampleCell(changes)),
    plainPaint,
    80,
  ).map((lines) => lines.join('\n'));

const silent = {kind: 'silent', reason: 'ECONNREFUSED'} as const;

test('cells that were not probed have no table', () => {
  expect(tables({})).toEqual([]);
});

test('what did not hold says what was seen', () => {
  const [table] = tables({
    reach: [
      exampleReach({seen: silent, held: false}),
      exampleReach({vantage: 'harness', expected: 'silent', held: false}),
      exampleReach({vantage: 'container', seen: {kind: 'answer', status: 502, firstByteMs: 3}, held: false}),
    ],
  });
  expect(table?.split('\n').at(-1)).toBe('docker published  ✗ answers  ✗ silent  ✗ status 502');
});

test('a cell with several routes from a vantage names them', () => {
  const [table] = tables({reach: [exampleReach({route: 'port'}), exampleReach({seen: silent, expected: 'silent'})]});
  expect(table?.split('\n').slice(2)).toEqual([
    'docker published  ✓ 0.8 ms port',
    '                  ✓ silent address',
  ]);
});

test('each scenario and each runtime set has its own table', () => {
  const reach = [exampleReach()];
  const titles = tables({reach}, {reach, scenario: 'walkthrough'}, {reach, runtimeSet: 'forky'}).map(
    (table) => table.split('  ')[0],
  );
  expect(titles).toEqual(['nginx · trixie', 'walkthrough · trixie', 'nginx · forky']);
});

test('repetitions are shown when something did not hold', () => {
  const [table] = tables(
    {reach: [exampleReach()]},
    {reach: [exampleReach()], repetition: 2},
    {reach: [exampleReach({seen: silent, held: false})], repetition: 3},
  );
  expect(table?.split('\n').slice(2)).toEqual([
    'docker published #1  ✓ 0.8 ms',
    'docker published #3  ✗ silent',
    'and 1 repetition in which everything held',
  ]);
});
