import {stripVTControlCharacters} from 'node:util';
import Table from 'cli-table3';
import {counted} from '../counted.ts';
import type {CellRecord, ReachRecord, VantageName} from '../run-record.ts';
import {cellLabels} from './cell-label.ts';
import {formatLatency} from './duration.ts';
import type {Paint} from './paint.ts';
import {printable} from './printable.ts';
import {ruleOnly} from './rule-only.ts';

/** In the order of distance: the farther right, the nearer to the workload. */
const VANTAGES: readonly VantageName[] = ['harness', 'neighbour', 'machine', 'container'];

/**
 * The truth tables of a run as lines, one table per scenario and runtime set, one row per cell and one column per vantage.
 * Columns stand close together where they would not fit into `width` otherwise.
 * Cells that were not probed have no row, and neither have repetitions in which everything held again.
 */
export function reachTables(cells: readonly CellRecord[], paint: Paint, width: number): readonly (readonly string[])[] {
  const probed = cells.filter((cell) => cell.reach.length > 0);
  const severalRuntimeSets = new Set(probed.map((cell) => cell.runtimeSet)).size > 1;
  const groups = Map.groupBy(probed, (cell) =>
    [cell.scenario, ...(severalRuntimeSets ? [cell.runtimeSet] : [])].join(' · '),
  );
  return Array.from(groups, ([title, group]) => tableLines(title, group, paint, width));
}

const tableLines = (title: string, cells: readonly CellRecord[], paint: Paint, width: number): readonly string[] => {
  const shown = cells.filter((cell) => cell.repetition === 1 || !allHeld(cell));
  const vantages = VANTAGES.filter((vantage) =>
    shown.some((cell) => cell.reach.some((entry) => entry.vantage === vantage)),
  );
  const labelOf = cellLabels(shown, ' ');
  const head = [printable(title), ...vantages].map((text, index) => paint(index === 0 ? 'strong' : 'quiet', text));
  const rows = shown.map((cell) => [
    printable(labelOf(cell)),
    ...vantages.map((vantage) => entries(cell, vantage, paint)),
  ]);
  const wide = drawn(head, rows, 2, paint);
  const left = cells.length - shown.length;
  return [
    ...(fits(wide, width) ? wide : drawn(head, rows, 1, paint)),
    ...(left > 0 ? [paint('quiet', `and ${counted(left, 'repetition')} in which everything held`)] : []),
  ];
};

/** The table with columns `gap` apart. */
const drawn = (head: string[], rows: string[][], gap: number, paint: Paint): readonly string[] => {
  const table = new Table({
    chars: ruleOnly,
    style: {head: [], border: [], compact: true, 'padding-left': 0, 'padding-right': gap},
    head,
  });
  table.push(...rows);
  const [title = '', rule = '', ...lines] = table.toString().split('\n');
  return [title.trimEnd(), paint('quiet', rule.slice(0, -gap)), ...lines.map((line) => line.trimEnd())];
};

const fits = (lines: readonly string[], width: number): boolean =>
  lines.every((line) => stripVTControlCharacters(line).length <= width);

const allHeld = (cell: CellRecord): boolean => cell.reach.every((entry) => entry.held);

/** One line per route; the route is named where this cell has several from this vantage. */
const entries = (cell: CellRecord, vantage: VantageName, paint: Paint): string => {
  const records = cell.reach.filter((entry) => entry.vantage === vantage);
  const width = Math.max(0, ...records.map((record) => seen(record).length));
  return records
    .map((record) => {
      const text = `${record.held ? paint('good', '✓') : paint('bad', '✗')} ${seen(record)}`;
      return records.length === 1
        ? text
        : `${text}${' '.repeat(width - seen(record).length)} ${paint('quiet', record.route)}`;
    })
    .join('\n');
};

const seen = ({seen: what, held, expected}: ReachRecord): string => {
  if (what.kind === 'silent') return 'silent';
  if (held) return formatLatency(what.firstByteMs);
  if (expected === 'silent') return 'answers';
  return what.brokenOff === undefined ? `status ${what.status}` : 'broke off';
};
