import {setTimeout} from 'node:timers/promises';
import {PlumblineError} from '../../vms/errors.ts';
import type {Sample} from './outage.ts';
import type {Prober} from './prober.ts';
import type {UpgradeWorkload} from './upgrade-workload.ts';

/** What the last requests to a target say: `unsteady` where they did not all have the same outcome. */
export type Ending = 'up' | 'down' | 'unsteady';

/** Requests with the same outcome after which it is taken to be settled: 2 s, times the machine's latency. */
const SETTLED_AFTER = 20;
const POLL_MS = 100;

/** Waits until every target is answered. Throws a {@link PlumblineError} of class `workload` when one is not in time. */
export const untilAllAnswer = async (
  prober: Prober,
  workloads: readonly UpgradeWorkload[],
  deadlineMs: number,
  signal: AbortSignal,
): Promise<void> => {
  const endings = await untilSettled(
    prober,
    workloads.map((workload) => ({...workload, expected: 'survives'})),
    deadlineMs,
    signal,
  );
  const silent = [...endings].flatMap(([name, ending]) => (ending === 'up' ? [] : [name]));
  if (silent.length > 0) {
    throw new PlumblineError('workload', `Cannot begin the upgrade: no steady answer from ${silent.join(', ')}`, {
      layer: 'workload',
    });
  }
};

/**
 * Waits until the last requests to every target had the outcome that is expected of it, or the deadline has passed. Returns what they
 * said then, by the name of the target.
 */
export const untilSettled = async (
  prober: Prober,
  workloads: readonly UpgradeWorkload[],
  deadlineMs: number,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Ending>> => {
  const deadline = performance.now() + deadlineMs;
  const since = new Map(
    workloads.flatMap(({targets}) => targets.map((target) => [target.name, prober.samplesOf(target).length])),
  );
  for (;;) {
    const endings = new Map(
      workloads.flatMap(({targets}) =>
        targets.map((target) => [target.name, endingOf(prober.samplesOf(target).slice(since.get(target.name)))]),
      ),
    );
    const isSettled = workloads.every(({targets, expected}) =>
      targets.every(({name}) => endings.get(name) === (expected === 'stays down' ? 'down' : 'up')),
    );
    if (isSettled || performance.now() > deadline) {
      return endings;
    }
    await setTimeout(POLL_MS, undefined, {signal});
  }
};

const endingOf = (samples: readonly Sample[]): Ending => {
  const answered = samples.slice(-SETTLED_AFTER).filter(({failure}) => failure === undefined).length;
  if (answered === SETTLED_AFTER) {
    return 'up';
  }
  return answered === 0 && samples.length >= SETTLED_AFTER ? 'down' : 'unsteady';
};
