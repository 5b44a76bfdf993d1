import Table from 'cli-table3';
import type {Paint} from '../report/terminal/paint.ts';
import {printable} from '../report/terminal/printable.ts';
import {ruleOnly} from '../report/terminal/rule-only.ts';
import {repeatedOutage} from './repeated-outage.ts';
import type {TargetRecord, UpgradePassRecord} from './upgrade-record.ts';

/** Several upgrades of each kind for a person: the median outage, and how far they lie apart. Empty when there is one of each. */
export const repeatLines = (passes: readonly UpgradePassRecord[], intervalMs: number, paint: Paint): string[] =>
  [...Map.groupBy(passes, ({liveRestore}) => liveRestore).values()].flatMap((same) =>
    same.length < 2 ? [] : [...kindLines(same, intervalMs, paint), ''],
  );

const kindLines = (same: readonly UpgradePassRecord[], intervalMs: number, paint: Paint): string[] => {
  const [first] = same;
  const table = new Table({
    chars: ruleOnly,
    style: {head: [], border: [], compact: true, 'padding-left': 0, 'padding-right': 2},
    head: [
      paint('strong', `${same.length} upgrades, live-restore ${first?.liveRestore ? 'on' : 'off'}`),
      ...['asked from', 'no answer for', 'each of them, ms'].map((text) => paint('quiet', text)),
    ],
  });
  for (const [index, {title, targets}] of (first?.workloads ?? []).entries()) {
    for (const [position, {vantage}] of targets.entries()) {
      const all = same.flatMap(({workloads}) => workloads[index]?.targets[position] ?? []);
      table.push([position === 0 ? printable(title) : '', vantage, outageText(all, intervalMs), eachText(all)]);
    }
  }
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd());
};

const outageText = (all: readonly TargetRecord[], intervalMs: number): string => {
  if (all.every(({ending}) => ending !== 'up')) {
    return all.every(({ending}) => ending === 'down') ? 'down to the end' : 'no steady answer';
  }
  const {ms, errorMs} = repeatedOutage(all);
  return all.every(({gaps}) => gaps.length === 0) ? `less than ${intervalMs} ms` : `${ms} ± ${errorMs} ms`;
};

const eachText = (all: readonly TargetRecord[]): string =>
  all.map(({ending, longestMs}) => (ending === 'up' ? String(longestMs) : ending)).join(', ');
