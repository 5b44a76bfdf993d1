import type {PlannedCell, ProgressEvent} from '../progress.ts';
import type {Paint} from './paint.ts';
import {printable} from './printable.ts';

/** What is about to run, in a few lines. */
export function planLines(plan: Extract<ProgressEvent, {type: 'planned'}>, paint: Paint): readonly string[] {
  const rows: [string, string][] = [
    ['machine', plan.provider ?? ''],
    ['runtimes', distinct(plan.cells, (cell) => cell.runtimeSet).join(', ')],
    ...distinct(plan.cells, (cell) => cell.scenario).map((scenario, index): [string, string] => [
      index === 0 ? 'cells' : '',
      scenarioLine(scenario, plan.cells),
    ]),
    ...plan.notes.map((note): [string, string] => ['note', note]),
  ];
  return [
    `${paint('strong', 'plumbline')} ${paint('quiet', 'run')} ${printable(plan.runId)}`,
    ...rows
      .filter(([, text]) => text !== '')
      .map(([title, text]) => `  ${paint('quiet', title.padEnd(9))} ${printable(text)}`),
    '',
  ];
}

const scenarioLine = (scenario: string, all: readonly PlannedCell[]): string => {
  const cells = all.filter((cell) => cell.scenario === scenario);
  const levels = distinct(cells, (cell) => cell.level).map((level) => {
    const networks = distinct(
      cells.filter((cell) => cell.level === level),
      (cell) => cell.network,
    );
    return `${level} ${networks.join(', ')}`;
  });
  const repetitions = Math.max(...cells.map((cell) => cell.repetition));
  return `${cells.length} of ${scenario}: ${levels.join(' · ')}${repetitions > 1 ? `, ${repetitions} times` : ''}`;
};

const distinct = <Key extends string>(cells: readonly PlannedCell[], key: (cell: PlannedCell) => Key): Key[] =>
  Array.from(new Set(cells.map((cell) => key(cell))));
