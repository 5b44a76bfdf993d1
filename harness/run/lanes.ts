import type {PlannedCell} from '../report/progress.ts';

/** Cells of one runtime set that are run one after another, on one machine at a time. Lanes are run side by side. */
export interface Lane {
  readonly name: string;
  readonly runtimeSet: string;
  readonly cells: readonly PlannedCell[];
}

/**
 * Shares cells out to lanes, in the order of the plan: one for each runtime set, and where there are fewer of these than machines may run
 * at once, the longest lane is parted again and again. The cells of a file stay together, for they share what their machine was before.
 * `weigh` says how long a cell takes, in any unit.
 */
export const lanesOf = (
  cells: readonly PlannedCell[],
  atOnce: number,
  weigh: (cell: PlannedCell) => number = () => 1,
): readonly Lane[] => {
  const weight = (part: readonly PlannedCell[]): number => part.reduce((sum, cell) => sum + weigh(cell), 0);
  const parts = [...Map.groupBy(cells, ({runtimeSet}) => runtimeSet).values()];
  while (parts.length < atOnce) {
    const [longest] = parts.filter((part) => filesOf(part).size > 1).sort((a, b) => weight(b) - weight(a));
    if (longest === undefined) break;
    parts.splice(parts.indexOf(longest), 1, ...halves(longest, weight));
  }
  return parts.map((part, index) => ({name: `lane-${index + 1}`, runtimeSet: part[0]?.runtimeSet ?? '', cells: part}));
};

const filesOf = (cells: readonly PlannedCell[]): Map<string, PlannedCell[]> => Map.groupBy(cells, ({file}) => file);

/** Two parts of about the same weight: each file, the heaviest first, goes to the part that has less. */
const halves = (
  cells: readonly PlannedCell[],
  weight: (part: readonly PlannedCell[]) => number,
): readonly PlannedCell[][] => {
  const parts: [Set<string>, Set<string>] = [new Set(), new Set()];
  const weights: [number, number] = [0, 0];
  for (const [file, ofFile] of [...filesOf(cells)].sort(([, a], [, b]) => weight(b) - weight(a))) {
    const lighter = weights[0] <= weights[1] ? 0 : 1;
    parts[lighter].add(file);
    weights[lighter] += weight(ofFile);
  }
  return parts.map((files) => cells.filter(({file}) => files.has(file)));
};
