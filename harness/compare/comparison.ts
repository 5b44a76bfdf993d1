import type {CellIdentity} from './cell-pair.ts';
import {pairCells} from './cell-pair.ts';
import {changedComponents, versionsBySet, type ChangedComponent} from './changed-components.ts';
import type {CellDifference, Difference} from './difference.ts';
import {explain, type Explanation} from './explanation.ts';
import {compareFacts, isOfRecord} from './fact-differences.ts';
import {groupOf, groups} from './group.ts';
import {attribute} from './layer.ts';
import {differsByKernelOfHost, followsHost, unlikeHosts, type HostTrait} from './host-facts.ts';
import type {LoadedRun} from './loaded-run.ts';
import {compareMeasurements, measurementNames} from './measurement-differences.ts';
import {compareRates, rateNames} from './rate-differences.ts';
import {residueOwner} from './residue-owner.ts';
import {scopeOf} from './scope.ts';
import {changesIn} from './value-text.ts';

/** Version of the shape of {@link Comparison}, which scripts read. */
export const COMPARISON_SCHEMA_VERSION = 1;

/** What differs between two runs. Plain JSON. */
export interface Comparison {
  readonly schemaVersion: typeof COMPARISON_SCHEMA_VERSION;
  readonly old: RunSummary;
  readonly new: RunSummary;
  readonly changedComponents: readonly ChangedComponent[];
  /** By group, those of most cells first. */
  readonly differences: readonly Difference[];
  /** How many of the differences nobody explained. */
  readonly unexplained: number;
  /** Explanations that would explain a difference if they had not expired. */
  readonly expired: readonly Explanation[];
  readonly cellsCompared: number;
  readonly factsCompared: number;
  /** What follows the kernel of a host, where that is another one: no runtime is to blame, and nothing has to be explained. */
  readonly ofHostKernel: readonly Difference[];
  /** What the hosts differ in; facts that follow that are not compared. */
  readonly unlikeHosts: readonly HostTrait[];
  /** Cells that only one of the runs has: nothing is said about them. */
  readonly onlyOld: readonly string[];
  readonly onlyNew: readonly string[];
  /** Facts that varied between repetitions of one cell in one run. */
  readonly unstable: readonly string[];
}

/** What is said of a run in a comparison. */
export interface RunSummary {
  readonly name: string;
  readonly id: string;
  readonly startedAt: string;
  readonly runtimeSets: readonly string[];
}

/** Options of {@link compareRuns}. */
export interface CompareOptions {
  readonly explanations?: readonly Explanation[];
  /** The day that expiry dates are compared with. Default: today. */
  readonly today?: Date;
}

/** Compares two runs. Throws {@link UsageError} when they have no cell in common. */
export const compareRuns = (old: LoadedRun, recent: LoadedRun, options: CompareOptions = {}): Comparison => {
  const {pairs, onlyOld, onlyNew} = pairCells(old, recent);
  const unlike = unlikeHosts(old, recent);
  const compared = pairs.map((pair) => ({
    pair,
    ...compareFacts(pair, (fact) => !unlike.some((trait) => followsHost(fact, trait))),
  }));
  const factsByCell = compared.map(({pair, facts}) => ({
    cell: pair as CellIdentity,
    facts: new Set([...facts, ...measurementNames(pair), ...rateNames(pair)]),
  }));
  const components = changedComponents(old, recent);
  const folded = fold(
    [
      ...compared.flatMap(({differences}) => differences),
      ...compareRates(pairs),
      ...compareMeasurements(pairs, slownessOf(old, recent)),
    ],
    factsByCell,
    new Set(components.map(({layer}) => layer)),
  );
  const versions = {old: versionsBySet(old), new: versionsBySet(recent)};
  const differsByKernel = differsByKernelOfHost(old, recent, components);
  // That a cell failed is not excused: what a kernel has to do with it is for a person to see.
  const isOfHost = ({layer, fact}: Difference): boolean => differsByKernel && layer === 'kernel' && !isOfRecord(fact);
  const judged = folded.filter((difference) => !isOfHost(difference));
  const {differences, expired} = explain(judged, options.explanations ?? [], versions, options.today ?? new Date());
  return {
    schemaVersion: COMPARISON_SCHEMA_VERSION,
    old: summaryOf(old),
    new: summaryOf(recent),
    changedComponents: components,
    differences,
    unexplained: differences.filter(({explanations}) => explanations === undefined).length,
    expired,
    cellsCompared: pairs.length,
    factsCompared: compared.reduce((sum, {facts}) => sum + facts.size, 0),
    ofHostKernel: folded.filter(isOfHost),
    unlikeHosts: unlike,
    onlyOld,
    onlyNew,
    unstable: [...new Set(compared.flatMap(({unstable}) => unstable))].toSorted(),
  };
};

type FactsByCell = readonly {readonly cell: CellIdentity; readonly facts: ReadonlySet<string>}[];

/** One difference for all cells in which the same fact changed in the same way. Who caused it is asked of all that happened to the fact. */
const fold = (
  all: readonly CellDifference[],
  factsByCell: FactsByCell,
  changed: ReadonlySet<ChangedComponent['layer']>,
): Difference[] => {
  const byFact = Map.groupBy(all, ({fact}) => fact);
  const folded = [...Map.groupBy(all, foldKey).values()].map((same): Difference => {
    const {cell: _cell, samples: _samples, ...first} = same[0] as CellDifference;
    const ofFact = byFact.get(first.fact) ?? same;
    const isMeasured = same[0]?.samples !== undefined;
    const possible = factsByCell.filter(({facts}) => facts.has(first.fact)).map(({cell}) => cell);
    const cells = same.map(({cell}) => cell);
    return {
      ...first,
      changes: [...new Set(same.flatMap(changesIn))],
      group: groupOf(first.fact),
      cells: cells.map(({scenario, level, network}) => ({scenario, level, network})),
      scope: scopeOf(cells, possible),
      ...attribute({
        differsAt: new Set(ofFact.map(({cell}) => cell.level)),
        couldShow: new Set(possible.map(({level}) => level)),
        changed,
        owner: residueOwner(first.fact, first.old, first.new),
      }),
      ...(isMeasured && {samples: same.flatMap(({samples}) => samples ?? [])}),
    };
  });
  return folded.toSorted(byGroup);
};

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

const byGroup = (one: Difference, other: Difference): number =>
  groups.indexOf(one.group) - groups.indexOf(other.group) ||
  other.cells.length - one.cells.length ||
  (one.fact < other.fact ? -1 : 1);

/** Of the slowest machine. */
const slownessOf = (...runs: readonly LoadedRun[]): number =>
  Math.max(1, ...runs.flatMap(({record}) => record.machines.map(({traits}) => Number(traits['slowness'] ?? 1))));

const summaryOf = ({name, record}: LoadedRun): RunSummary => ({
  name,
  id: record.id,
  startedAt: record.startedAt,
  runtimeSets: [...new Set(record.cells.map(({runtimeSet}) => runtimeSet))],
});
