import type {CellIdentity} from '../compare/cell-pair.ts';
import type {Difference} from '../compare/difference.ts';
import type {Component} from './component.ts';

/** What a step of a bisection can change. */
export type Suspect = Component | 'kernel';

/** One step of a bisection: what changed in the machine, and what that changed in its workloads. */
export interface BisectionStep {
  /** The kernel, or components whose version changed: what a package depends on comes with it. */
  readonly changed: readonly Suspect[];
  /** Against a machine of the old set on which nothing was upgraded; `undefined` where its run failed. */
  readonly differences: readonly Difference[] | undefined;
}

/**
 * Who brought a difference. `together`: only all of them do; `distribution`: none of them, but what else is in the new set; `unknown`: a step
 * failed that could have told.
 */
export type Culprit = Suspect | 'together' | 'distribution' | 'unknown';

/** A difference between the two sets, and what brings it. */
export interface BisectedDifference {
  readonly difference: Difference;
  readonly culprits: readonly Culprit[];
}

/**
 * Says which component brings each difference between two sets: the one whose upgrade alone shows it. Where a component could not be
 * upgraded without others, those whose own upgrade does not show it are not to blame. `all` is the upgrade of every component. A step that
 * failed says nothing of anybody.
 */
export const bisect = (
  differences: readonly Difference[],
  steps: readonly BisectionStep[],
  all: BisectionStep,
): BisectedDifference[] => {
  const told = steps.filter((step) => step.differences !== undefined);
  const untold = new Set(steps.filter((step) => !told.includes(step)).flatMap(({changed}) => changed));
  const isAllTold = untold.size === 0 && all.differences !== undefined;
  return differences.map((difference) => {
    const showing = smallest(told.filter((step) => shows(step, difference)));
    const innocent = new Set(told.filter((step) => !shows(step, difference)).flatMap(({changed}) => changed));
    const blamed = [...new Set(showing.flatMap((step) => blame(step, innocent, untold)))];
    if (blamed.length > 0) {
      return {difference, culprits: blamed};
    }
    return {difference, culprits: [!isAllTold ? 'unknown' : shows(all, difference) ? 'together' : 'distribution']};
  });
};

/** Steps that change nothing beyond what a smaller one among them does. */
const smallest = (steps: readonly BisectionStep[]): BisectionStep[] =>
  steps.filter(
    ({changed}) =>
      !steps.some(
        (other) => other.changed.length < changed.length && other.changed.every((one) => changed.includes(one)),
      ),
  );

/** Of what changed in a step, what is not known to change nothing; where that leaves nobody, all of it. */
const blame = (
  {changed}: BisectionStep,
  innocent: ReadonlySet<Suspect>,
  untold: ReadonlySet<Suspect>,
): readonly Culprit[] => {
  const suspects = changed.filter((component) => !innocent.has(component));
  if (suspects.length > 1 && suspects.some((component) => untold.has(component))) {
    return ['unknown'];
  }
  return suspects.length > 0 ? suspects : changed;
};

const shows = ({differences = []}: BisectionStep, {fact, cells}: Difference): boolean =>
  differences.some((one) => one.fact === fact && one.cells.some((cell) => cells.some((other) => isSame(cell, other))));

const isSame = (one: CellIdentity, other: CellIdentity): boolean =>
  one.scenario === other.scenario && one.level === other.level && one.network === other.network;
