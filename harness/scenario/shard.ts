import type {PlannedCell} from '../report/progress.ts';

/** A part of a plan: this one of so many. 1 of 1 is all of it. */
export interface Shard {
  readonly index: number;
  readonly count: number;
}

/**
 * The cells of one part, in the order of the plan. The longest cells are dealt out first, each to the part that has least to do so far
 * (https://doi.org/10.1137/0117039: at most a third longer than the best there is), so that all parts take about as long. Every part
 * computes the same as long as all know the same durations. `durationOf` is in any unit; what nobody has measured counts as the mean.
 */
export const shareOut = (
  cells: readonly PlannedCell[],
  {index, count}: Shard,
  durationOf: (cell: PlannedCell) => number | undefined,
): PlannedCell[] => {
  const known = cells.map(durationOf).filter((duration) => duration !== undefined);
  const mean = known.reduce((total, duration) => total + duration, 0) / known.length || 1;
  const weighed = cells.map((cell, position) => ({position, weight: durationOf(cell) ?? mean}));
  const loads = Array.from({length: count}, () => 0);
  const mine = new Set<number>();
  for (const {position, weight} of weighed.toSorted((one, other) => other.weight - one.weight)) {
    const lightest = loads.indexOf(Math.min(...loads));
    loads[lightest] = (loads[lightest] ?? 0) + weight;
    if (lightest === index - 1) {
      mine.add(position);
    }
  }
  return cells.filter((_cell, position) => mine.has(position));
};
