import {UsageError} from '../../vms/errors.ts';
import type {PausePoint} from '../run/pause.ts';
import type {CellRecord, RunRecord} from '../report/run-record.ts';
import type {LoadedScenario} from '../scenario/load.ts';

/** The cell of a run that `text` names, in whole or in a part that no other cell has. Throws {@link UsageError} otherwise. */
export const cellNamed = ({id, cells}: RunRecord, text: string): CellRecord => {
  const exact = cells.find(({name}) => name === text);
  const found = cells.filter(({name}) => name.toLowerCase().includes(text.toLowerCase()));
  // Where several fit, the one that failed is meant, if there is but one.
  const failed = found.filter(({status}) => status === 'failed');
  const cell = exact ?? (found.length === 1 ? found[0] : failed.length === 1 ? failed[0] : undefined);
  if (cell !== undefined) {
    return cell;
  }
  const known = (found.length === 0 ? cells : found).map(({name}) => `"${name}"`).join(', ');
  throw new UsageError(
    `Cannot tell which cell of "${id}" is "${text}": ${found.length === 0 ? 'none has that in its name' : `${found.length} have that in their names`}, of ${known}`,
  );
};

/** The cells that ran before this one on its machine, and itself, in their order. */
export const cellsUpTo = ({cells}: RunRecord, cell: CellRecord): CellRecord[] => {
  const before = cells.slice(0, cells.indexOf(cell));
  return [
    ...before.filter(({status, machine}) => status !== 'not-run' && machine !== undefined && machine === cell.machine),
    cell,
  ];
};

/**
 * Throws {@link UsageError} for a cell that is not stated any more: its scenario has another title, or is for other levels. The last of
 * the cells is the one to replay.
 */
export const requireStated = (cells: readonly CellRecord[], scenarios: readonly LoadedScenario[]): void => {
  for (const [position, {name, file, scenario, level, network}] of cells.toReversed().entries()) {
    const stated = scenarios.find((one) => one.file === file && one.title === scenario);
    if (!stated?.cells.some((one) => one.level === level && one.network === network)) {
      throw new UsageError(
        `Cannot replay "${name}": "${file}" has no scenario "${scenario}" at level ${level} in network mode ${network} any more${position === 0 ? '' : ', "--alone" leaves out what ran before'}`,
      );
    }
  }
};

/** Steps that belong to no scenario: nobody wants to stop before these. */
const AFTERWARDS = new Set(['collect evidence', 'remove what was made', 'check that nothing is left']);

/** Where to stop to see the failure of a cell happen: before the step that failed, or when it fails if no step did. */
export const pauseBeforeFailure = ({name, steps}: CellRecord): PausePoint => {
  const inOrder = steps.toSorted((one, other) => one.startedMs - other.startedMs);
  const failed = inOrder.findLast(({status, title}) => status === 'failed' && !AFTERWARDS.has(title));
  if (failed === undefined) {
    return {cell: name};
  }
  const same = inOrder.slice(0, inOrder.indexOf(failed) + 1).filter(({title}) => title === failed.title);
  return {cell: name, step: {title: failed.title, occurrence: same.length}};
};
