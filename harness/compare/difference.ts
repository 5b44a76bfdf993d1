import type {LevelName} from '../levels/level.ts';
import type {FactValue, Measurement} from '../observe/fact.ts';
import type {CellIdentity} from './cell-pair.ts';
import type {Explanation} from './explanation.ts';
import type {Group} from './group.ts';
import type {Attribution} from './layer.ts';

/** What happened to a fact from the old run to the new one. */
export type ChangeKind = 'added' | 'removed' | 'changed';

/** Samples of one measurement in both runs. */
export interface Samples {
  readonly old: readonly number[];
  readonly new: readonly number[];
  readonly unit: Measurement['unit'];
}

/** One fact that differs in one cell. */
export interface CellDifference {
  readonly fact: string;
  readonly kind: ChangeKind;
  readonly cell: CellIdentity;
  /** Runtime sets of the cell in the two runs. */
  readonly sets: {readonly old: string; readonly new: string};
  /** `undefined` where the run does not have the fact. */
  readonly old: FactValue | undefined;
  readonly new: FactValue | undefined;
  /** Only of measurements: `old` and `new` are then medians. */
  readonly samples?: Samples;
}

/** One of the changes at one level: what is the same at two levels may have come to each in its own way. */
export interface DifferencePart {
  readonly level: LevelName;
  readonly change: string;
}

/** A difference, folded over the cells that share it; `old` and `new` are those of the first. */
export interface Difference extends Omit<CellDifference, 'cell' | 'samples'>, Attribution {
  readonly group: Group;
  readonly cells: readonly CellIdentity[];
  /** Says in a few words which cells: `all levels`, `docker`, `ctr cni`; with the runtime set before it where the runs have several. */
  readonly scope: string;
  /** What changed in any of the cells, each once and as compare prints it: the items by which two lists differ, else from what to what. */
  readonly changes: readonly string[];
  /** The same by level. */
  readonly parts: readonly DifferencePart[];
  /** Only of measurements: one for each of `cells`. */
  readonly samples?: readonly Samples[];
  /** Why it is no surprise, where somebody wrote that down and it has not expired; several for a list of which each explains a part. */
  readonly explanations?: readonly Explanation[];
}
