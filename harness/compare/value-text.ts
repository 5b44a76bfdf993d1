import type {FactValue} from '../observe/fact.ts';
import {formatDuration} from '../report/terminal/duration.ts';
import type {CellDifference, Difference, Samples} from './difference.ts';

/** Most items of a list that are shown. */
const MOST_ITEMS = 6;

/** What changed, for a person, in all cells of a difference: `1024 -> 512`, `+CAP_SYS_ADMIN`, `0.61 s -> 2.13 s`, `was 0, was 512`. */
export const differenceText = ({changes, samples}: Pick<Difference, 'changes' | 'samples'>): string =>
  samples === undefined ? shorten(changes) : samplesText(samples);

/** What changed in one cell, one by one: the items by which two lists differ, else the change as a whole. */
export const changesIn = ({samples, ...change}: CellDifference): readonly string[] => {
  if (samples !== undefined) {
    return [samplesText([samples])];
  }
  const items = change.kind === 'changed' ? listItems(change) : [];
  return items.length > 0 ? items : [changeText(change)];
};

/** What changed from one value to another. */
export const changeText = ({kind, old, new: recent}: Pick<CellDifference, 'kind' | 'old' | 'new'>): string => {
  if (kind === 'added') {
    return `now ${valueText(recent)}`;
  }
  if (kind === 'removed') {
    return `was ${valueText(old)}`;
  }
  return Array.isArray(old) && Array.isArray(recent)
    ? listChange(old, recent)
    : `${valueText(old)} -> ${valueText(recent)}`;
};

/** A value on one line. */
export const valueText = (value: FactValue | undefined): string => {
  if (value === undefined) {
    return 'absent';
  }
  if (Array.isArray(value)) {
    return value.length === 0 ? '[]' : `[${shorten(value)}]`;
  }
  return typeof value === 'string' ? (value === '' ? '""' : value) : String(value);
};

const listItems = ({old, new: recent}: Pick<CellDifference, 'old' | 'new'>): readonly string[] =>
  Array.isArray(old) && Array.isArray(recent)
    ? [
        ...recent.filter((item) => !old.includes(item)).map((item) => `+${item}`),
        ...old.filter((item) => !recent.includes(item)).map((item) => `-${item}`),
      ]
    : [];

const listChange = (old: readonly string[], recent: readonly string[]): string => {
  const items = listItems({old, new: recent});
  if (items.length > 0) {
    return shorten(items);
  }
  if (old.length !== recent.length) {
    return `the same items, ${old.length} -> ${recent.length} of them`;
  }
  const hasSame = old.toSorted().every((item, index) => item === recent.toSorted()[index]);
  return hasSame ? `another order: ${valueText(recent)}` : `${valueText(old)} -> ${valueText(recent)}`;
};

const shorten = (items: readonly string[]): string =>
  items.slice(0, MOST_ITEMS).join(', ') + (items.length > MOST_ITEMS ? `, and ${items.length - MOST_ITEMS} more` : '');

/** Medians of the cell that changed most, with the number of samples where there are several. */
const samplesText = (all: readonly Samples[]): string => {
  const [most] = all.toSorted((one, other) => distanceOf(other) - distanceOf(one));
  if (most === undefined) {
    return '';
  }
  const counts =
    Math.max(most.old.length, most.new.length) > 1 ? ` (medians of ${most.old.length} and ${most.new.length})` : '';
  return `${sizeText(middle(most.old), most.unit)} -> ${sizeText(middle(most.new), most.unit)}${counts}`;
};

const distanceOf = ({old, new: recent}: Samples): number => Math.abs(middle(recent) - middle(old));

const middle = (values: readonly number[]): number =>
  values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? 0;

/** A measured number with its unit. */
export const sizeText = (value: number, unit: Samples['unit']): string => {
  switch (unit) {
    case 'ms':
      return formatDuration(value);
    case 'bytes':
      return `${(value / 1024 / 1024).toFixed(1)} MiB`;
    case 'count':
      return String(value);
  }
};
