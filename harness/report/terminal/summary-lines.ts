import {cellLabels} from './cell-label.ts';
import {formatDuration} from './duration.ts';
import {failureLines} from './failure-lines.ts';
import type {Paint} from './paint.ts';
import {printable} from './printable.ts';
import {reachTables} from './reach-table.ts';
import type {CellRecord, RunRecord} from '../run-record.ts';

/** What a run came to: the truth tables, the failures that belong to no cell, the cells that failed, the totals. */
export function summaryLines(run: RunRecord, folder: string, paint: Paint, width: number): readonly string[] {
  const own = run.failures.flatMap((failure) => [...failureLines(failure, paint, {folder}), '']);
  const tables = reachTables(run.cells, paint, width).flatMap((table) => [...table, '']);
  return ['', ...tables, ...own, ...failedLines(run, paint), ...totalLines(run, folder, paint)];
}

const failedLines = (run: RunRecord, paint: Paint): readonly string[] => {
  const failed = run.cells.filter((cell) => cell.status === 'failed');
  const labelOf = cellLabels(run.cells);
  const width = Math.max(0, ...failed.map((cell) => labelOf(cell).length));
  const lines = failed.map((cell) => {
    const sentence = cell.failures[0]?.sentence ?? 'no reason was recorded';
    return `${paint('bad', '✗')} ${printable(labelOf(cell)).padEnd(width)}  ${printable(sentence, 120)}`;
  });
  return lines.length === 0 ? [] : [...lines, ''];
};

const totalLines = (run: RunRecord, folder: string, paint: Paint): readonly string[] => {
  const passed = count(run, 'passed');
  const failed = count(run, 'failed');
  const notRun = count(run, 'not-run');
  const outcome = run.exitCode === 0 ? '' : `, exit code ${run.exitCode}`;
  return [
    [
      paint(passed > 0 ? 'good' : 'quiet', `${passed} passed`),
      paint(failed > 0 ? 'bad' : 'quiet', `${failed} failed`),
      ...(notRun > 0 ? [paint('warning', `${notRun} not run`)] : []),
    ].join(', '),
    paint('quiet', `${formatDuration(run.durationMs)}${outcome}, report in ${printable(folder)}`),
  ];
};

const count = (run: RunRecord, status: CellRecord['status']): number =>
  run.cells.filter((cell) => cell.status === status).length;
