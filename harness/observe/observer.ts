import type {LevelName, RunningWorkload} from '../levels/level.ts';
import type {Machine} from '../../vms/machine.ts';
import type {NetworkMode} from '../network/network-mode.ts';
import type {ReachRecord} from '../report/run-record.ts';
import type {Workload} from '../scenario/workload.ts';
import type {Inventory} from '../teardown/thing.ts';
import type {FactFamily, Facts, Measurements} from './fact.ts';
import type {Reading} from './reading.ts';

/** The running workload that is looked at, and how it was started. */
export interface ObserveContext {
  readonly machine: Machine;
  readonly running: Pick<RunningWorkload, 'pid' | 'bundle' | 'address' | 'name'>;
  readonly workload: Workload;
  readonly level: LevelName;
  readonly network: NetworkMode;
  /** What the probes found. */
  readonly reach: readonly ReachRecord[];
  /** What the machine held before the workload was started. Without it everything on the machine counts as having appeared. */
  readonly before?: Inventory | undefined;
}

/** Turns what was read from a machine into facts: a pure function, so that it is tested on captured text. */
export interface Observer {
  readonly name: string;
  /** Everything it can report; each fact belongs to one family. */
  readonly families: readonly FactFamily[];
  observe(reading: Reading): Facts;
  measure?(reading: Reading): Measurements;
}
