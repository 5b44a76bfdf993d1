import {stripVTControlCharacters} from 'node:util';
import type {Paint} from '../report/terminal/paint.ts';
import {printable} from '../report/terminal/printable.ts';
import {groups} from './group.ts';
import {valueText} from './value-text.ts';
import type {LevelComparison, SideBySide} from './who-did-it.ts';

const WIDTHS = {fact: 44, value: 30} as const;

/** What each level did, as a table for a person: one row a fact, one column a level. */
export const whoDidItLines = (comparisons: readonly LevelComparison[], paint: Paint): string[] =>
  comparisons.flatMap(({scenario, runtimeSet, cells, rows}) => [
    paint('strong', `${printable(scenario)} · ${runtimeSet}`),
    row([
      'fact',
      ...(['docker', 'ctr', 'runc'] as const).map((level) =>
        cells[level] === undefined ? level : `${level} ${cells[level]}`,
      ),
      'done by',
    ]),
    ...groups.flatMap((group) => {
      const ofGroup = rows.filter((one) => one.group === group);
      return ofGroup.length === 0 ? [] : ['', paint('strong', group), ...ofGroup.map((one) => factRow(one, paint))];
    }),
    '',
  ]);

const factRow = ({fact, docker, ctr, runc, doer}: SideBySide, paint: Paint): string =>
  `${row([fact, ...[docker, ctr, runc].map((value) => (value === undefined ? '-' : valueText(value)))])}${paint('quiet', doer)}`;

const row = ([fact = '', ...values]: readonly string[]): string =>
  [pad(fact, WIDTHS.fact), ...values.map((value) => pad(value, WIDTHS.value))].join('');

const pad = (text: string, width: number): string => {
  const short = printable(text, width - 2);
  return short.padEnd(width + short.length - stripVTControlCharacters(short).length);
};
