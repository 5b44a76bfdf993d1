import type {PlannedCell} from '../progress.ts';

/** Names a cell in as few words as tell it apart from the others of the run. */
export type CellLabel = (cell: PlannedCell) => string;

/**
 * A naming for the cells of one run: level and network mode always, the scenario, the runtime set and the repetition only
 * where the run has several of them.
 */
export function cellLabels(cells: readonly PlannedCell[], separator = ' · '): CellLabel {
  const severalScenarios = hasSeveral(cells, (cell) => cell.scenario);
  const severalRuntimeSets = hasSeveral(cells, (cell) => cell.runtimeSet);
  const severalRepetitions = hasSeveral(cells, (cell) => cell.repetition);
  return (cell) => {
    const words = [
      ...(severalScenarios ? [cell.scenario] : []),
      cell.level,
      cell.network,
      ...(severalRuntimeSets ? [cell.runtimeSet] : []),
    ];
    return `${words.join(separator)}${severalRepetitions ? ` #${cell.repetition}` : ''}`;
  };
}

const hasSeveral = (cells: readonly PlannedCell[], value: (cell: PlannedCell) => unknown): boolean =>
  new Set(cells.map((cell) => value(cell))).size > 1;
