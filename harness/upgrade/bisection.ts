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
 * or a cell failed that could have told.
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
 * failed says nothing of anybody, and one in which a cell failed says nothing of what that cell does not show.
 */
export const bisect = (
  differences: readonly Difference[],
  steps: readonly BisectionStep[],
  all: BisectionStep,
): BisectedDifference[] =>
  differences.map((difference) => {
    const saying = (answer: Answer): BisectionStep[] => steps.filter((step) => answerOf(step, difference) === answer);
    const innocent = new Set(saying('absent').flatMap(({changed}) => changed));
    const untold = new Set(saying('unknown').flatMap(({changed}) => changed));
    const blamed = [...new Set(smallest(saying('shown')).flatMap((step) => blame(step, innocent, untold)))];
    if (blamed.length > 0) {
      return {difference, culprits: blamed};
    }
    const left = {shown: 'together', absent: 'distribution', unknown: 'unknown'} as const;
    return {difference, culprits: [untold.size > 0 ? 'unknown' : left[answerOf(all, difference)]]};
  });

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

/** What a step says of a difference. */
type Answer = 'shown' | 'absent' | 'unknown';

const answerOf = ({differences}: BisectionStep, {fact, cells}: Difference): Answer => {
  if (differences === undefined) {
    return 'unknown';
  }
  const ofCells = differences.filter((one) => one.cells.some((cell) => cells.some((other) => isSame(cell, other))));
  if (ofCells.some((one) => one.fact === fact)) {
    return 'shown';
  }
  return ofCells.some(isNewFailure) ? 'unknown' : 'absent';
};

/** That a cell failed, or was not run, as it had not before. What it then lacks is compared with nothing. */
const isNewFailure = ({fact, kind}: Difference): boolean => /^(failure|cell)\./.test(fact) && kind !== 'removed';

const isSame = (one: CellIdentity, other: CellIdentity): boolean =>
  one.scenario === other.scenario && one.level === other.level && one.network === other.network;
