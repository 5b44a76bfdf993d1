import Table from 'cli-table3';
import {ruleOnly} from '../report/terminal/rule-only.ts';
import type {BenchRecord} from './bench-record.ts';
import {benchHead, benchTables} from './bench-tables.ts';

/** What was measured, for a terminal. */
export const benchLines = (record: BenchRecord): string[] => [
  benchHead(record),
  ...benchTables(record).flatMap(({title, head, rows}) => {
    const table = new Table({head: [...head], chars: ruleOnly, style: {head: [], border: [], compact: true}});
    table.push(...rows.map((row) => [...row]));
    return ['', title, table.toString()];
  }),
];
