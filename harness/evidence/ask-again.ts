import type {RunningWorkload} from '../levels/level.ts';
import {probe} from '../probe/probe.ts';
import {targetOf} from '../probe/target.ts';
import type {LevelContext} from '../levels/level.ts';
import type {ReachRecord} from '../report/run-record.ts';

const TIMEOUT_MS = 700;

/** What is asked again, and of whom. */
export interface AskAgain extends Pick<LevelContext, 'machine' | 'workload' | 'network'> {
  readonly running: RunningWorkload;
}

/** Asks once more what did not hold, everything at once; what comes back does not matter, only what it does to the machine. */
export const askAgain = async (context: AskAgain, reach: readonly ReachRecord[]): Promise<void> => {
  const broken = reach.filter(({held}) => !held);
  await Promise.allSettled(
    broken.map(async (record) => {
      const {dial, url} = targetOf(record, context);
      return probe(dial, url, TIMEOUT_MS * context.machine.traits.slowness);
    }),
  );
};
