import type {LevelName} from '../levels/level.ts';
import {levels} from '../levels/level-facts.ts';
import type {NetworkMode} from '../network/network-mode.ts';
import {readTruthTable} from '../probe/truth-table.ts';
import type {NotAt, Scenario, ScenarioCell, ScenarioStatement, WalkthroughStatement} from './definition.ts';
import {statementProblems} from './statement-problems.ts';
import type {Workload} from './workload.ts';

/** A scenario, and what is wrong with it: sentences without a subject, none when it makes sense. */
export interface ReadScenario {
  readonly scenario: Scenario;
  readonly problems: readonly string[];
}

/** Reads the statement of a scenario with a running workload. */
export const readStatement = (title: string, statement: ScenarioStatement): ReadScenario => {
  const problems = statementProblems(title, statement, ['workload', 'reach', 'at', 'notAt', 'prepare', 'check']);
  const {workload, reach, at, prepare, check} = statement ?? {};
  const notAt = notAtOf(statement, problems);
  if (reach !== undefined && at !== undefined) {
    problems.push(
      'has both "reach", which says where it runs and who gets an answer, and "at", which says where alone',
    );
  }
  const cells = at === undefined ? reachCells(reach ?? {}, problems) : placeCells(at, problems);
  if (cells.length === 0 && problems.length === 0) {
    problems.push(`has no level to run at: "${at === undefined ? 'reach' : 'at'}" is empty`);
  }
  const used = new Set(cells.map(({level}) => level));
  problems.push(...notAtProblems(notAt, used), ...optionProblems(workload, used));
  if (at !== undefined) {
    const silent = (Object.keys(levels) as LevelName[]).filter(
      (level) => !used.has(level) && !Object.hasOwn(notAt, level),
    );
    problems.push(...silent.map((level) => `says nothing of the level "${level}": it belongs in "at" or in "notAt"`));
  }
  return {scenario: {title, workload, cells, notAt, body: {kind: 'running', prepare, check}}, problems};
};

/** Reads a statement that does everything by itself. */
export const readWalkthrough = (title: string, statement: WalkthroughStatement): ReadScenario => {
  const problems = statementProblems(title, statement, ['workload', 'level', 'network', 'notAt', 'steps']);
  const {workload, level, network, steps} = statement ?? {};
  const notAt = notAtOf(statement, problems);
  knownNetwork(level, network, problems);
  problems.push(...notAtProblems(notAt, new Set([level])));
  const cells = [{level, network, reach: []}];
  return {scenario: {title, workload, cells, notAt, body: {kind: 'walkthrough', steps}}, problems};
};

// A scenario file may say anything, whatever its types say.
type Anything = Readonly<Record<string, unknown>>;

const reachCells = (reach: object, problems: string[]): ScenarioCell[] =>
  Object.entries((reach ?? {}) as Anything).flatMap(([level, tables]) =>
    Object.entries((tables ?? {}) as Anything).flatMap(([name, table]): ScenarioCell[] => {
      const network = knownNetwork(level, name, problems);
      if (network === undefined) {
        return [];
      }
      const read = readTruthTable(network, table);
      problems.push(
        ...read.problems.map((problem) => `has a hole in its truth table for "${level} ${network}": ${problem}`),
      );
      return [{level: level as LevelName, network, reach: read.entries}];
    }),
  );

const placeCells = (places: object, problems: string[]): ScenarioCell[] =>
  Object.entries((places ?? {}) as Anything).flatMap(([level, names]) => {
    if (!Array.isArray(names)) {
      problems.push(`has no list of network modes at level "${level}"`);
      return [];
    }
    const modes = names.map(String);
    const twice = modes.find((mode, index) => modes.indexOf(mode) < index);
    if (twice !== undefined) {
      problems.push(`names the network mode "${twice}" twice at level "${level}"`);
    }
    return modes.flatMap((name): ScenarioCell[] => {
      const network = knownNetwork(level, name, problems);
      return network === undefined ? [] : [{level: level as LevelName, network, reach: []}];
    });
  });

/** The network mode of this name, if it exists at the level. */
const knownNetwork = (level: string, name: string, problems: string[]): NetworkMode | undefined => {
  if (!Object.hasOwn(levels, level)) {
    problems.push(`has the unknown level "${level}", known are ${Object.keys(levels).join(', ')}`);
    return undefined;
  }
  const {networks} = levels[level as LevelName];
  const network = networks.find((known) => known === name);
  if (network === undefined) {
    problems.push(`has the network mode "${name}" at level "${level}", where there are ${networks.join(', ')}`);
  }
  return network;
};

/** What a level has no word for would be left out in silence. */
const optionProblems = (workload: Workload | undefined, used: ReadonlySet<LevelName>): string[] => {
  const asked = Object.keys(workload?.options ?? {});
  return [...used].flatMap((level) =>
    levels[level].withoutOptions
      .filter((option) => asked.includes(option))
      .map((option) => `asks for "${option}", which the level "${level}" has no word for: it belongs in "notAt"`),
  );
};

const notAtOf = (statement: {readonly notAt?: NotAt} | undefined, problems: string[]): NotAt => {
  const {notAt = {}} = statement ?? {};
  if (typeof notAt === 'object' && notAt !== null && !Array.isArray(notAt)) {
    return notAt;
  }
  problems.push('has a "notAt" that names no levels');
  return {};
};

const notAtProblems = (notAt: NotAt, used: ReadonlySet<string>): string[] =>
  Object.entries(notAt).flatMap(([level, reason]) => {
    if (!Object.hasOwn(levels, level)) {
      return [`has the unknown level "${level}" in "notAt", known are ${Object.keys(levels).join(', ')}`];
    }
    if (used.has(level)) {
      return [`runs at the level "${level}" and has it in "notAt" too`];
    }
    return typeof reason === 'string' && reason.trim() !== '' ? [] : [`has no reason in "notAt" for "${level}"`];
  });
