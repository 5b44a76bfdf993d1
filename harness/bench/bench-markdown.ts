import type {BenchRecord} from './bench-record.ts';
import {benchHead, benchTables} from './bench-tables.ts';

/** What was measured, as a Markdown document. */
export const benchMarkdown = (record: BenchRecord): string =>
  [
    '# What the tool costs',
    '',
    'Written by `npx plumbline bench`; [README.md](README.md) says what is compared. Medians, each with the interval that it is in with a',
    'probability of 95 % (with fewer than six rounds: the extremes).',
    '',
    `${benchHead(record)}.`,
    ...benchTables(record).flatMap(({title, head, rows}) => [
      '',
      `## ${title.charAt(0).toUpperCase()}${title.slice(1)}`,
      '',
      row(head),
      row(head.map(() => '---')),
      ...rows.map(row),
    ]),
    '',
  ].join('\n');

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
