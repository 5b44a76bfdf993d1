import type {ExpectStatic} from 'vitest';
import type {z} from 'zod';
import type {Machine} from '../../vms/machine.ts';
import type {LevelName, RunningWorkload} from '../levels/level.ts';
import {levels, type LevelFacts} from '../levels/level-facts.ts';
import type {NetworkMode} from '../network/network-mode.ts';
import {readTruthTable, type TruthEntry, type TruthTables} from '../probe/truth-table.ts';
import {workloadSchema, type Workload} from './workload.ts';

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
  const problems = [...titleProblems(title), ...workloadProblems(statement.workload)];
  const cells: ScenarioCell[] = [];
  for (const [level, tables] of Object.entries((statement.reach ?? {}) as Record<string, unknown>)) {
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
    scenario: {title, workload: statement.workload, cells, body: {kind: 'running', check: statement.check}},
    problems,
  };
};

/** Reads a statement that does everything by itself. */
export const readWalkthrough = (
  title: string,
  statement: WalkthroughStatement,
): {readonly scenario: Scenario; readonly problems: readonly string[]} => {
  const problems = [...titleProblems(title), ...workloadProblems(statement.workload)];
  const networks = factsOf(statement.level)?.networks;
  if (networks === undefined) {
    problems.push(`has the unknown level "${statement.level}", known are ${Object.keys(levels).join(', ')}`);
  } else if (!networks.includes(statement.network)) {
    problems.push(
      `has the network mode "${statement.network}" at level "${statement.level}", where there are ${networks.join(', ')}`,
    );
  }
  const cells = [{level: statement.level, network: statement.network, reach: []}];
  return {
    scenario: {title, workload: statement.workload, cells, body: {kind: 'walkthrough', steps: statement.steps}},
    problems,
  };
};

// A scenario file may say anything.
const factsOf = (level: string): LevelFacts | undefined =>
  Object.hasOwn(levels, level) ? levels[level as LevelName] : undefined;

const titleProblems = (title: unknown): string[] =>
  typeof title === 'string' && title.trim() !== '' ? [] : ['has no title'];

const workloadProblems = (workload: unknown): string[] => {
  const parsed = workloadSchema.safeParse(workload);
  return parsed.success
    ? []
    : parsed.error.issues.map(
        ({path, message}: z.core.$ZodIssue) => `has a wrong workload: "${path.join('.')}": ${message}`,
      );
};
