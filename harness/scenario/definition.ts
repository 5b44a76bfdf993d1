import type {ExpectStatic} from 'vitest';
import type {Machine} from '../../vms/machine.ts';
import type {LevelName, RunningWorkload} from '../levels/level.ts';
import {levels, type LevelFacts} from '../levels/level-facts.ts';
import type {NetworkMode} from '../network/network-mode.ts';
import {readTruthTable, type TruthEntry, type TruthTables} from '../probe/truth-table.ts';
import {statementProblems} from './statement-problems.ts';
import type {Workload} from './workload.ts';

/** From where a workload must answer and must not, for each level and network mode it is to be run in. */
export interface ReachTables {
  readonly docker?: Partial<Pick<TruthTables, 'published'>>;
  readonly ctr?: Partial<Pick<TruthTables, 'isolated' | 'netns' | 'cni'>>;
  readonly runc?: Partial<Pick<TruthTables, 'netns'>>;
}

/** What the body of a scenario is handed. */
export interface ScenarioContext {
  readonly machine: Machine;
  readonly level: LevelName;
  readonly workload: Workload;
  /** Vitest's `expect`. */
  readonly expect: ExpectStatic;
  readonly signal: AbortSignal;
  /** Runs a named, timed part of the scenario. */
  readonly step: <Result>(title: string, body: () => Promise<Result>) => Promise<Result>;
  /** Has `action` run once the body has ended, however it did; the last one deferred comes first. */
  readonly defer: (action: () => Promise<unknown>) => void;
}

/** What the body of a scenario with a running workload is handed. */
export interface RunningContext extends ScenarioContext {
  readonly running: RunningWorkload;
  /** Starts another one in the same way; it is removed with the cell. */
  readonly start: () => Promise<RunningWorkload>;
  /** Asks every question of the truth table again, of `running` or of another one, and throws when an answer is not as it must be. */
  readonly expectReach: (of?: RunningWorkload) => Promise<void>;
}

/** A scenario as its file states it. */
export interface ScenarioStatement {
  readonly workload: Workload;
  readonly reach: ReachTables;
  /** Runs once the truth table has held. */
  readonly check?: (context: RunningContext) => Promise<void>;
}

/** A scenario that does everything by itself, step by step. */
export interface WalkthroughStatement {
  readonly workload: Workload;
  readonly level: LevelName;
  readonly network: NetworkMode;
  readonly steps: (context: ScenarioContext) => Promise<void>;
}

/** One cell that a scenario asks for. */
export interface ScenarioCell {
  readonly level: LevelName;
  readonly network: NetworkMode;
  /** Empty for a walkthrough. */
  readonly reach: readonly TruthEntry[];
}

/** A scenario that was read and found to make sense. */
export interface Scenario {
  readonly title: string;
  readonly workload: Workload;
  readonly cells: readonly ScenarioCell[];
  readonly body:
    | {readonly kind: 'running'; readonly check: ScenarioStatement['check']}
    | {readonly kind: 'walkthrough'; readonly steps: WalkthroughStatement['steps']};
}

/** Reads a statement with a truth table; `problems` are sentences without a subject, empty when it makes sense. */
export const readStatement = (
  title: string,
  statement: ScenarioStatement,
): {readonly scenario: Scenario; readonly problems: readonly string[]} => {
  const problems = statementProblems(title, statement, ['workload', 'reach', 'check']);
  const cells: ScenarioCell[] = [];
  const {workload, reach, check} = statement ?? {};
  for (const [level, tables] of Object.entries((reach ?? {}) as Record<string, unknown>)) {
    const networks = factsOf(level)?.networks;
    if (networks === undefined) {
      problems.push(`has the unknown level "${level}", known are ${Object.keys(levels).join(', ')}`);
      continue;
    }
    for (const [name, table] of Object.entries((tables ?? {}) as Record<string, unknown>)) {
      const network = networks.find((known) => known === name);
      if (network === undefined) {
        problems.push(`has the network mode "${name}" at level "${level}", where there are ${networks.join(', ')}`);
        continue;
      }
      const read = readTruthTable(network, table);
      problems.push(
        ...read.problems.map((problem) => `has a hole in its truth table for "${level} ${network}": ${problem}`),
      );
      cells.push({level: level as LevelName, network, reach: read.entries});
    }
  }
  if (cells.length === 0 && problems.length === 0) {
    problems.push('has no level to run at: "reach" is empty');
  }
  return {
    scenario: {title, workload, cells, body: {kind: 'running', check}},
    problems,
  };
};

/** Reads a statement that does everything by itself. */
export const readWalkthrough = (
  title: string,
  statement: WalkthroughStatement,
): {readonly scenario: Scenario; readonly problems: readonly string[]} => {
  const problems = statementProblems(title, statement, ['workload', 'level', 'network', 'steps']);
  const {workload, level, network, steps} = statement ?? {};
  const networks = factsOf(level)?.networks;
  if (networks === undefined) {
    problems.push(`has the unknown level "${level}", known are ${Object.keys(levels).join(', ')}`);
  } else if (!networks.includes(network)) {
    problems.push(`has the network mode "${network}" at level "${level}", where there are ${networks.join(', ')}`);
  }
  const cells = [{level, network, reach: []}];
  return {scenario: {title, workload, cells, body: {kind: 'walkthrough', steps}}, problems};
};

// A scenario file may say anything.
const factsOf = (level: string): LevelFacts | undefined =>
  Object.hasOwn(levels, level) ? levels[level as LevelName] : undefined;
