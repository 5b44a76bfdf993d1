import type {Paint} from '../report/terminal/paint.ts';
import {printable} from '../report/terminal/printable.ts';
import {groups, type Group} from './group.ts';
import {valueText} from './value-text.ts';
import type {LevelComparison, SideBySide} from './who-did-it.ts';

const WIDTHS = {fact: 40, value: 34} as const;

/**
 * What each level did, as tables for a person: one row a question, one column a level. With `details` a row for each fact that is
 * not the same at all levels follows.
 */
export const whoDidItLines = (comparisons: readonly LevelComparison[], paint: Paint, details: boolean): string[] =>
  comparisons.flatMap(({scenario, runtimeSet, cells, topics, rows}) => [
    paint('strong', `${printable(scenario)} · ${printable(runtimeSet)}`),
    row(['', ...LEVELS.map((level) => (cells[level] === undefined ? level : `${level} ${cells[level]}`))]),
    ...topics.flatMap(({question, ...answers}) =>
      topicLines(
        question,
        LEVELS.map((level) => answers[level] ?? '-'),
      ),
    ),
    ...(details
      ? groups.flatMap((group) => groupLines(group, rows, paint))
      : ['', `${rows.length} facts are not the same at all levels`]),
    '',
  ]);

const LEVELS = ['docker', 'ctr', 'runc'] as const;

/** As many lines as the longest answer needs. */
const topicLines = (question: string, answers: readonly string[]): string[] => {
  const columns = answers.map((answer) => wrap(printable(answer), WIDTHS.value - 2));
  return Array.from({length: Math.max(...columns.map(({length}) => length))}, (_, index) =>
    row([index === 0 ? question : '', ...columns.map((lines) => lines[index] ?? '')]).trimEnd(),
  );
};

const wrap = (text: string, width: number): string[] =>
  text.split(' ').reduce<string[]>((lines, word) => {
    const last = lines.at(-1);
    return last === undefined || last.length + 1 + word.length > width
      ? [...lines, word]
      : [...lines.slice(0, -1), `${last} ${word}`];
  }, []);

const groupLines = (group: Group, rows: readonly SideBySide[], paint: Paint): string[] => {
  const ofGroup = rows.filter((one) => one.group === group);
  return ofGroup.length === 0 ? [] : ['', paint('strong', group), ...ofGroup.map((one) => factRow(one, paint))];
};

const factRow = ({fact, docker, ctr, runc, doer}: SideBySide, paint: Paint): string =>
  `${row([fact, ...[docker, ctr, runc].map((value) => (value === undefined ? '-' : valueText(value)))])}${paint('quiet', doer)}`;

const row = ([first = '', ...values]: readonly string[]): string =>
  [
    printable(first, WIDTHS.fact - 2).padEnd(WIDTHS.fact),
    ...values.map((value) => printable(value, WIDTHS.value - 2).padEnd(WIDTHS.value)),
  ].join('');
