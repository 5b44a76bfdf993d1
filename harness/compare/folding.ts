import type {CellIdentity} from './cell-pair.ts';
import type {CellDifference, Difference, DifferencePart} from './difference.ts';
import {groupOf} from './group.ts';
import {attribute, type Layer} from './layer.ts';
import {ownerOf} from './owner.ts';
import {scopeOf} from './scope.ts';
import {changesIn} from './value-text.ts';

/** Which facts, rates and measurements a cell has, in either run. */
interface CellFacts {
  readonly cell: CellIdentity;
  readonly facts: ReadonlySet<string>;
}

/**
 * Makes one difference of all cells in which the same fact changed in the same way. Who caused it is asked of all that happened to the fact.
 * The cells are of one runtime set in each run, which the scope names where `runtimeSet` is given.
 */
export const foldDifferences = (
  all: readonly CellDifference[],
  factsByCell: readonly CellFacts[],
  changed: ReadonlySet<Layer>,
  runtimeSet?: string,
): Difference[] => {
  const byFact = Map.groupBy(all, ({fact}) => fact);
  return [...Map.groupBy(all, foldKey).values()].map((same): Difference => {
    const {cell: _cell, samples: _samples, ...first} = same[0] as CellDifference;
    const ofFact = byFact.get(first.fact) ?? same;
    const isMeasured = same[0]?.samples !== undefined;
    const possible = factsByCell.filter(({facts}) => facts.has(first.fact)).map(({cell}) => cell);
    // A fact that varied between repetitions has several changes in one cell.
    const cells = [...new Set(same.map(({cell}) => cell))];
    const differsAt = new Set(ofFact.map(({cell}) => cell.level));
    return {
      ...first,
      changes: [...new Set(same.flatMap(changesIn))],
      parts: partsOf(same),
      group: groupOf(first.fact),
      cells: cells.map(({scenario, level, network}) => ({scenario, level, network})),
      scope: [...(runtimeSet === undefined ? [] : [runtimeSet]), scopeOf(cells, possible)].join(': '),
      ...attribute({
        differsAt,
        couldShow: new Set(possible.map(({level}) => level)),
        changed,
        owner: ownerOf(first, differsAt),
      }),
      ...(isMeasured && {samples: same.flatMap(({samples}) => samples ?? [])}),
    };
  });
};

const partsOf = (same: readonly CellDifference[]): DifferencePart[] =>
  [...Map.groupBy(same, ({cell}) => cell.level)].flatMap(([level, atLevel]) =>
    [...new Set(atLevel.flatMap(changesIn))].map((change) => ({level, change})),
  );

/**
 * Lists fold by what came and went, measurements by direction, and what only one of the runs has by its name: cells seldom have the
 * same of the rest.
 */
const foldKey = ({fact, kind, old, new: recent, samples}: CellDifference): string => {
  if (samples !== undefined) {
    return JSON.stringify([fact, Number(old) < Number(recent)]);
  }
  if (Array.isArray(old) && Array.isArray(recent)) {
    const [gone, come] = [old.filter((item) => !recent.includes(item)), recent.filter((item) => !old.includes(item))];
    return JSON.stringify(gone.length + come.length === 0 ? [fact, old, recent] : [fact, gone, come]);
  }
  return JSON.stringify(kind === 'changed' || WHOLE.test(fact) ? [fact, old, recent] : [fact, kind]);
};

/** Failures of two cells are the same only when they say the same. */
const WHOLE = /^(residue|failure|cell)\b/;
