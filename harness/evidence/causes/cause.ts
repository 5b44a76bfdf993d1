import type {FailureClass} from '../../../vms/errors.ts';
import type {RunningWorkload} from '../../levels/level.ts';
import type {PlannedCell} from '../../report/progress.ts';
import type {ReachRecord} from '../../report/run-record.ts';
import type {Workload} from '../../scenario/workload.ts';
import type {CountedRule} from '../firewall-counters.ts';
import type {MachineState} from '../machine-state.ts';

/** Why something failed, found by looking at the machine. */
export interface Cause {
  readonly failureClass: FailureClass;
  readonly layer: string;
  /** Without a subject and a final period, as it stands after `Cannot …: `. */
  readonly sentence: string;
}

/** What causes are looked for in. */
export interface CauseContext {
  /** What was said when it failed. */
  readonly message: string;
  readonly state: MachineState;
  readonly workload: Workload;
  readonly cell: Pick<PlannedCell, 'level' | 'network'>;
  /** Where it ran, as long as it was started. */
  readonly running?: Pick<RunningWorkload, 'pid' | 'address'> | undefined;
  /** The truth table as it was asked last. */
  readonly reach: readonly ReachRecord[];
  /** Rules and policies that packets came to while what does not hold was asked once more; empty when that was not done. */
  readonly hits: readonly CountedRule[];
  /** The machine hardly gets a processor: that something is late says nothing of it then. */
  readonly isStarved: boolean;
}
