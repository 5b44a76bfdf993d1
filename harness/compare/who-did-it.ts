import type {FactValue} from '../observe/fact.ts';
import type {ObservationRecord} from '../observe/observation-file.ts';
import {groupOf, groups, type Group} from './group.ts';
import {topics} from './level-topics.ts';
import type {LoadedRun} from './loaded-run.ts';

/** Which level brings something about: the rest is left to whoever uses the lower level. */
export type Doer =
  | 'docker'
  | 'docker and ctr'
  | 'all levels'
  | 'each level its own'
  | 'ctr and runc'
  | 'ctr'
  | 'runc'
  | 'docker and runc';

/** A fact, side by side. */
export interface SideBySide {
  readonly fact: string;
  readonly group: Group;
  /** The first cell of each level; `undefined` where the level does not have the fact. */
  readonly docker: FactValue | undefined;
  readonly ctr: FactValue | undefined;
  readonly runc: FactValue | undefined;
  readonly doer: Doer;
}

/** What each level did for one workload on one runtime set. */
export interface LevelComparison {
  readonly scenario: string;
  readonly runtimeSet: string;
  /** The network mode that stands for each level. */
  readonly cells: Readonly<Record<'docker' | 'ctr' | 'runc', string | undefined>>;
  /** Answers to what people ask, for each level. */
  readonly topics: readonly {
    readonly question: string;
    readonly docker?: string;
    readonly ctr?: string;
    readonly runc?: string;
  }[];
  readonly rows: readonly SideBySide[];
}

/** Where a level has several network modes, the first of these that it ran stands for it: the one that others reach it by. */
const NETWORKS = ['published', 'netns', 'cni', 'host', 'isolated'] as const;
const LEVELS = ['docker', 'ctr', 'runc'] as const;
type Level = (typeof LEVELS)[number];

/**
 * Lays the facts of docker, ctr and runc side by side, for each scenario and runtime set of a run that has at least two of them.
 * With `all`, facts that are the same at all levels are in it too.
 */
export const whoDidIt = (
  {observations}: LoadedRun,
  {all = false}: {readonly all?: boolean} = {},
): LevelComparison[] => {
  const groupsOfCells = Map.groupBy(observations.values(), ({scenario, runtimeSet}) =>
    JSON.stringify([scenario, runtimeSet]),
  );
  return [...groupsOfCells.values()].flatMap((records) => {
    const chosen = {docker: choose(records, 'docker'), ctr: choose(records, 'ctr'), runc: choose(records, 'runc')};
    const present = LEVELS.filter((level) => chosen[level] !== undefined);
    const [first] = records;
    if (first === undefined || present.length < 2) {
      return [];
    }
    const paths = [...new Set(present.flatMap((level) => Object.keys(chosen[level]?.facts ?? {})))];
    const rows = paths.map((fact): SideBySide => {
      const values = new Map(present.map((level) => [level, chosen[level]?.facts[fact]]));
      const [docker, ctr, runc] = LEVELS.map((level) => values.get(level));
      return {fact, group: groupOf(fact), docker, ctr, runc, doer: doerOf(values)};
    });
    const {scenario, runtimeSet} = first;
    const answers = topics.map(({question, answer}) => ({
      question,
      ...Object.fromEntries(present.map((level) => [level, answer(chosen[level]?.facts ?? {})])),
    }));
    const cells = {docker: chosen.docker?.network, ctr: chosen.ctr?.network, runc: chosen.runc?.network};
    return [
      {
        scenario,
        runtimeSet,
        cells,
        topics: answers,
        rows: rows.filter(({doer}) => all || doer !== 'all levels').toSorted(byGroup),
      },
    ];
  });
};

const choose = (records: readonly ObservationRecord[], level: Level): ObservationRecord | undefined =>
  records
    .filter((record) => record.level === level)
    .toSorted(
      (one, other) =>
        NETWORKS.indexOf(one.network) - NETWORKS.indexOf(other.network) || one.repetition - other.repetition,
    )[0];

/**
 * Something that a level lacks is the work of those that have it; of a value that all have, the one who is alone with it did it. `values`
 * has the levels that were run: of another nothing is known.
 */
const doerOf = (values: ReadonlyMap<Level, FactValue | undefined>): Doer => {
  const levels = [...values.keys()];
  const have = levels.filter((level) => values.get(level) !== undefined);
  const alike = [...Map.groupBy(levels, (level) => JSON.stringify(values.get(level))).values()];
  if (alike.length === 1) {
    return 'all levels';
  }
  if (have.length < levels.length) {
    return have.join(' and ') as Doer;
  }
  const alone = alike.flatMap((some) => (some.length === 1 ? some : []));
  return alone.length === 1 ? (alone[0] as Level) : 'each level its own';
};

const byGroup = (one: SideBySide, other: SideBySide): number =>
  groups.indexOf(one.group) - groups.indexOf(other.group) || (one.fact < other.fact ? -1 : 1);
