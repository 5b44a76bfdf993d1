import {UsageError} from '../../vms/errors.ts';
import type {ObservationRecord} from '../observe/observation-file.ts';
import type {CellRecord} from '../report/run-record.ts';
import type {LoadedRun} from './loaded-run.ts';

/** What a cell is in both runs: the runtime set may differ. */
export interface CellIdentity {
  readonly scenario: string;
  readonly level: CellRecord['level'];
  readonly network: CellRecord['network'];
}

/** Whether two are of the same cell. */
export const isSameCell = (one: CellIdentity, other: CellIdentity): boolean =>
  one.scenario === other.scenario && one.level === other.level && one.network === other.network;

/** All repetitions of a cell in one run. */
export interface CellRuns {
  readonly runtimeSet: string;
  readonly cells: readonly CellRecord[];
  readonly observations: readonly ObservationRecord[];
}

/** Whether no repetition of the cell came to its end: what is seen last may be missing. */
export const neverPassed = ({cells}: CellRuns): boolean => cells.every(({status}) => status !== 'passed');

/** The same cell in two runs. */
export interface CellPair extends CellIdentity {
  readonly old: CellRuns;
  readonly new: CellRuns;
}

/** The cells that two runs share, and those that only one of them has. */
export interface PairedCells {
  readonly pairs: readonly CellPair[];
  readonly onlyOld: readonly string[];
  readonly onlyNew: readonly string[];
}

/**
 * Matches the cells of two runs by scenario, level and network mode. Where a run has several runtime sets, they are matched by name too.
 * Throws {@link UsageError} when the runs have no cell in common.
 */
export const pairCells = (old: LoadedRun, recent: LoadedRun): PairedCells => {
  const bySet = [old, recent].some(({record}) => new Set(record.cells.map(({runtimeSet}) => runtimeSet)).size > 1);
  const [olds, news] = [old, recent].map((run) => groupCells(run, bySet)) as [Groups, Groups];
  const pairs = [...olds].flatMap(([key, group]) => {
    const other = news.get(key);
    return other === undefined ? [] : [{...identityOf(group), old: group, new: other}];
  });
  if (pairs.length === 0) {
    throw new UsageError(
      `Cannot compare "${old.name}" with "${recent.name}": they have no cell in common, the first ran ${whatRan(old, bySet)} and the second ${whatRan(recent, bySet)}${bySet ? '; --runtime OLD,NEW compares two runtime sets' : ''}`,
    );
  }
  const only = (groups: Groups, others: Groups): string[] => [...groups.keys()].filter((key) => !others.has(key));
  return {pairs, onlyOld: only(olds, news), onlyNew: only(news, olds)};
};

type Groups = ReadonlyMap<string, CellRuns>;

const groupCells = ({record, observations}: LoadedRun, bySet: boolean): Groups =>
  new Map(
    [...Map.groupBy(record.cells, (cell) => keyOf(cell, bySet))].map(([key, cells]) => [
      key,
      {
        runtimeSet: cells[0]?.runtimeSet ?? '',
        cells,
        observations: cells.flatMap(({name}) => observations.get(name) ?? []),
      },
    ]),
  );

const keyOf = ({scenario, level, network, runtimeSet}: CellRecord, bySet: boolean): string =>
  [scenario, level, network, ...(bySet ? [runtimeSet] : [])].join(' · ');

const identityOf = ({cells: [first]}: CellRuns): CellIdentity => {
  const {scenario, level, network} = first as CellRecord;
  return {scenario, level, network};
};

const whatRan = ({record: {cells}}: LoadedRun, bySet: boolean): string => {
  const [scenarios, sets] = [cells.map(({scenario}) => `"${scenario}"`), cells.map(({runtimeSet}) => runtimeSet)];
  const all = (names: readonly string[]): string => [...new Set(names)].join(', ');
  return cells.length === 0 ? 'nothing' : `${all(scenarios)}${bySet ? ` on ${all(sets)}` : ''}`;
};
