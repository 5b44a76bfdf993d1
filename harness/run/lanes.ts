import type {PlannedCell} from '../report/progress.ts';

/** Cells of one runtime set that are run one after another, on one machine at a time. Lanes are run side by side. */
export interface Lane {
  readonly name: string;
  readonly runtimeSet: string;
  readonly cells: readonly PlannedCell[];
}

/**
 * Shares cells out to lanes, in the order of the plan: one for each runtime set, and where there are fewer of these than machines may run
 * at once, more for those sets that would take longest. The cells of a file stay together, for they share what their machine was before;
 * the longest file goes first to the lane of its set that has least to do so far (https://doi.org/10.1137/0117039).
 * `durationOf` is in any unit; what nobody has measured counts as the mean.
 */
export const lanesOf = (
  cells: readonly PlannedCell[],
  atOnce: number,
  durationOf: (cell: PlannedCell) => number | undefined = () => undefined,
): readonly Lane[] => {
  const known = cells.map(durationOf).filter((duration) => duration !== undefined);
  const mean = known.reduce((total, duration) => total + duration, 0) / known.length || 1;
  const weigh = (part: readonly PlannedCell[]): number =>
    part.reduce((total, cell) => total + (durationOf(cell) ?? mean), 0);
  const sets = [...Map.groupBy(cells, ({runtimeSet}) => runtimeSet).values()].map((ofSet) => ({
    ofSet,
    weight: weigh(ofSet),
    files: [...Map.groupBy(ofSet, ({file}) => file)].map(([file, ofFile]) => ({file, weight: weigh(ofFile)})),
    lanes: 1,
  }));
  for (let lanes = sets.length; lanes < atOnce; lanes += 1) {
    const [longest] = sets
      .filter((set) => set.lanes < set.files.length)
      .sort((a, b) => b.weight / b.lanes - a.weight / a.lanes);
    if (longest === undefined) break;
    longest.lanes += 1;
  }
  return sets
    .flatMap(({ofSet, files, lanes}) =>
      shareFilesOut(files, lanes).map((mine) => ofSet.filter(({file}) => mine.has(file))),
    )
    .map((part, index) => ({name: `lane-${index + 1}`, runtimeSet: part[0]?.runtimeSet ?? '', cells: part}));
};

const shareFilesOut = (
  files: readonly {readonly file: string; readonly weight: number}[],
  lanes: number,
): readonly ReadonlySet<string>[] => {
  const shares = Array.from({length: lanes}, () => ({files: new Set<string>(), load: 0}));
  for (const {file, weight} of files.toSorted((a, b) => b.weight - a.weight)) {
    const lightest = shares.reduce((one, other) => (other.load < one.load ? other : one));
    lightest.files.add(file);
    lightest.load += weight;
  }
  return shares.map((share) => share.files);
};
