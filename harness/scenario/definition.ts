import type {ExpectStatic} from 'vitest';
import type {ExecOptions, ExecResult, Machine, RunningCommand} from '../../vms/machine.ts';
import type {LevelName, RunningWorkload} from '../levels/level.ts';
import type {NetworkMode} from '../network/network-mode.ts';
import type {FactValue} from '../observe/fact.ts';
import type {RecordedPath} from '../observe/recorded-facts.ts';
import type {TruthEntry, TruthTables} from '../probe/truth-table.ts';
import type {Eventually} from './eventually.ts';
import type {Workload} from './workload.ts';

// Scenarios speak to the harness alone, and are handed machines.
export type {ExecOptions, ExecResult, Machine, RunningCommand};

/** From where a workload must answer and must not, for each level and network mode it is to be run in. */
export interface ReachTables {
  readonly docker?: Partial<Pick<TruthTables, 'published'>>;
  readonly ctr?: Partial<Pick<TruthTables, 'isolated' | 'netns' | 'cni'>>;
  readonly runc?: Partial<Pick<TruthTables, 'netns'>>;
}

/** Where a scenario runs when it is not about who reaches the workload: it must answer itself, and nothing else is probed then. */
export interface Places {
  readonly docker?: readonly 'published'[];
  readonly ctr?: readonly ('isolated' | 'netns' | 'cni')[];
  readonly runc?: readonly 'netns'[];
}

/** Why a scenario can not be stated at a level, as a sentence without a final period. */
export type NotAt = Partial<Readonly<Record<LevelName, string>>>;

/** What the body of a scenario is handed. */
export interface ScenarioContext {
  readonly machine: Machine;
  readonly level: LevelName;
  readonly workload: Workload;
  /** Versions found in the machine, by component: `docker`, `containerd`, `runc`, `crun`, `kernel`. */
  readonly versions: Readonly<Record<string, string>>;
  /** The OCI runtime to call at the runc level: `runc`, or what was given with `--runc`. */
  readonly runc: string;
  /** Vitest's `expect`. */
  readonly expect: ExpectStatic;
  /** For what may take the machine a while. */
  readonly eventually: Eventually;
  readonly signal: AbortSignal;
  /** Runs a named, timed part of the scenario. */
  readonly step: <Result>(title: string, body: () => Promise<Result>) => Promise<Result>;
  /** Runs a command in the machine as a step of its own, however it ends. */
  readonly run: (argv: readonly string[], options?: ExecOptions) => Promise<ExecResult>;
  /**
   * Keeps a fact that runtime sets may differ in, for `compare`. The path's first part is the group that it is shown in, the rest
   * says what it is about. In every run of the same versions its value has to be the same.
   */
  readonly record: (path: RecordedPath, value: FactValue) => void;
  /**
   * Keeps how often something happened that depends on who is faster. What is said of one path again, in this cell or in another repetition
   * of it, is added up.
   */
  readonly tally: (path: RecordedPath, hits: number, of: number) => void;
  /** Has `action` run once the body has ended, however it did; the last one deferred comes first. */
  readonly defer: (action: () => Promise<unknown>) => void;
}

/** What the body of a scenario with a running workload is handed. */
export interface RunningContext extends ScenarioContext {
  readonly running: RunningWorkload;
  /** Starts another one in the same way; it is removed with the cell. */
  readonly start: () => Promise<RunningWorkload>;
  /**
   * Asks every question of the truth table again, of `running` or of another one, and throws when an answer is not as it must be.
   * `withinMs`: for how long an answer is waited for, times the slowness of the machine; 10 000 unless told.
   */
  readonly expectReach: (of?: RunningWorkload, withinMs?: number) => Promise<void>;
}

/** A scenario as its file states it. */
export interface ScenarioStatement {
  readonly workload: Workload;
  /** The truth table; or else `at`. */
  readonly reach?: ReachTables;
  readonly at?: Places;
  /** Every level at which it does not run, and why not. */
  readonly notAt?: NotAt;
  /** Makes in the machine what the workload needs to start, and defers its removal. */
  readonly prepare?: (context: ScenarioContext) => Promise<void>;
  /** Runs once the truth table has held. */
  readonly check?: (context: RunningContext) => Promise<void>;
}

/** A scenario that does everything by itself, step by step. */
export interface WalkthroughStatement {
  readonly workload: Workload;
  readonly level: LevelName;
  readonly network: NetworkMode;
  /** Levels that have no such thing, and why not. */
  readonly notAt?: NotAt;
  readonly steps: (context: ScenarioContext) => Promise<void>;
}

/** One cell that a scenario asks for. */
export interface ScenarioCell {
  readonly level: LevelName;
  readonly network: NetworkMode;
  /** Empty where nothing is probed. */
  readonly reach: readonly TruthEntry[];
}

/** A scenario that was read and found to make sense. */
export interface Scenario {
  readonly title: string;
  readonly workload: Workload;
  readonly cells: readonly ScenarioCell[];
  readonly notAt: NotAt;
  readonly body:
    | {
        readonly kind: 'running';
        readonly prepare?: ScenarioStatement['prepare'];
        readonly check: ScenarioStatement['check'];
      }
    | {readonly kind: 'walkthrough'; readonly steps: WalkthroughStatement['steps']};
}
