import {isSameCell, pairCells, type CellPair} from './cell-pair.ts';
import {changedComponents, versionsOf, type ChangedComponent} from './changed-components.ts';
import type {Difference} from './difference.ts';
import {explain, type Explanation} from './explanation.ts';
import {compareFacts, type FactComparison} from './fact-differences.ts';
import {foldDifferences} from './folding.ts';
import {groups} from './group.ts';
import {
  comparableFacts,
  differsByKernelOfHost,
  isComparable,
  unlikeHosts,
  type HostTrait,
  type UnlikeHosts,
} from './host-facts.ts';
import {madeByKernel} from './kernel-facts.ts';
import {partOn, type LoadedRun} from './loaded-run.ts';
import {compareMeasurements, measurementNames} from './measurement-differences.ts';
import {compareRates, rateNames} from './rate-differences.ts';
import {failedAlone} from './what-failed.ts';

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
  /** What the kernel of a host makes by itself, where that is another one: no runtime is to blame, and nothing has to be explained. */
  readonly ofHostKernel: readonly Difference[];
  /** What the hosts differ in; facts that follow that are not compared. */
  readonly unlikeHosts: readonly HostTrait[];
  /** Cells that only one of the runs has: nothing is said about them. */
  readonly onlyOld: readonly string[];
  readonly onlyNew: readonly string[];
  /** What failed in only one of the runs and belongs to no cell, such as what it left on its host. Nothing explains that. */
  readonly failedOnlyOld: readonly string[];
  readonly failedOnlyNew: readonly string[];
  /** Facts that varied between repetitions of one cell in one run. */
  readonly unstable: readonly string[];
}

/** What is said of a run in a comparison. */
export interface RunSummary {
  readonly name: string;
  readonly id: string;
  readonly startedAt: string;
  readonly runtimeSets: readonly string[];
  /** Version of plumbline that made it. */
  readonly toolVersion: string;
}

/** Options of {@link compareRuns}. */
export interface CompareOptions {
  readonly explanations?: readonly Explanation[];
  /** The day that expiry dates are compared with. Default: today. */
  readonly today?: Date;
}

/** Compares two runs, each pair of runtime sets by itself. Throws {@link UsageError} when they have no cell in common. */
export const compareRuns = (old: LoadedRun, recent: LoadedRun, options: CompareOptions = {}): Comparison => {
  const {pairs, onlyOld, onlyNew} = pairCells(old, recent);
  const unlike = unlikeHosts(old, recent);
  const compared = pairs.map((pair) => ({
    pair,
    ...compareFacts(pair, (facts, other) => comparableFacts(facts, other, unlike)),
  }));
  const bySets = Map.groupBy(compared, ({pair}) => JSON.stringify([pair.old.runtimeSet, pair.new.runtimeSet]));
  const runs = {old, recent, unlike, isOfSeveralSets: bySets.size > 1};
  const parts = [...bySets.values()].map((cells) => compareSets(cells, runs, options));
  const differences = parts.flatMap((part) => part.differences).toSorted(byGroup);
  return {
    schemaVersion: COMPARISON_SCHEMA_VERSION,
    old: summaryOf(old),
    new: summaryOf(recent),
    changedComponents: parts.flatMap((part) => part.changedComponents),
    differences,
    unexplained: differences.filter(({explanations}) => explanations === undefined).length,
    expired: [...new Set(parts.flatMap((part) => part.expired))],
    cellsCompared: pairs.length,
    factsCompared: compared.reduce((sum, {facts}) => sum + facts.size, 0),
    ofHostKernel: parts.flatMap((part) => part.ofHostKernel).toSorted(byGroup),
    unlikeHosts: unlike.traits,
    onlyOld,
    onlyNew,
    failedOnlyOld: failedAlone(old.record, recent.record),
    failedOnlyNew: failedAlone(recent.record, old.record),
    unstable: [...new Set(compared.flatMap(({unstable}) => unstable))].toSorted(),
  };
};

/** Whether the runs are alike, but for what somebody has explained. */
export const isExplained = ({unexplained, failedOnlyOld, failedOnlyNew}: Comparison): boolean =>
  unexplained + failedOnlyOld.length + failedOnlyNew.length === 0;

interface ComparedCell extends FactComparison {
  readonly pair: CellPair;
}

/** The two runs as a whole. */
interface ComparedRuns {
  readonly old: LoadedRun;
  readonly recent: LoadedRun;
  readonly unlike: UnlikeHosts;
  /** Whether there are cells of more than one pair of runtime sets. */
  readonly isOfSeveralSets: boolean;
}

/** Judges cells that are of one runtime set in each run: what the other sets of the runs have says nothing of them. */
const compareSets = (
  cells: readonly ComparedCell[],
  runs: ComparedRuns,
  {explanations = [], today = new Date()}: CompareOptions,
): Pick<Comparison, 'changedComponents' | 'differences' | 'expired' | 'ofHostKernel'> => {
  const pairs = cells.map(({pair}) => pair);
  const sets = {old: pairs[0]?.old.runtimeSet ?? '', new: pairs[0]?.new.runtimeSet ?? ''};
  const runtimeSet = runs.isOfSeveralSets ? sets.new : undefined;
  const [old, recent] = [partOn(sets.old, runs.old), partOn(sets.new, runs.recent)];
  const components = changedComponents(old, recent);
  const hasOtherKernels = differsByKernelOfHost(old, recent);
  const folded = foldDifferences(
    [
      ...cells.flatMap(({differences}) => differences),
      ...compareRates(pairs),
      ...compareMeasurements(pairs, slownessOf(old, recent)).filter(({fact}) => isComparable(fact, runs.unlike)),
    ],
    cells.map(({pair, facts}) => ({
      cell: pair,
      facts: new Set([...facts, ...measurementNames(pair), ...rateNames(pair)]),
    })),
    new Set([...components.map(({layer}) => layer), ...(hasOtherKernels ? (['kernel'] as const) : [])]),
    runtimeSet,
  );
  const suspected = hasOtherKernels ? folded.filter(({layer}) => layer === 'kernel') : [];
  const ofHost = madeByKernel(suspected, (difference) =>
    cells.filter(({pair}) => difference.cells.some((cell) => isSameCell(cell, pair))).map(({facts}) => facts),
  );
  return {
    changedComponents: components.map((component) => ({...component, ...(runtimeSet !== undefined && {runtimeSet})})),
    ...explain(
      folded.filter((difference) => !ofHost.has(difference)),
      explanations,
      {old: versionsOf(old), new: versionsOf(recent)},
      today,
    ),
    ofHostKernel: [...ofHost],
  };
};

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
  toolVersion: record.tool.version,
});
