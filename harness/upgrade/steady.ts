import {setTimeout} from 'node:timers/promises';
import {PlumblineError} from '../../vms/errors.ts';
import type {Sample} from './outage.ts';
import type {Prober} from './prober.ts';
import type {UpgradeWorkload} from './upgrade-workload.ts';

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
  const silent = await untilSettled(
    prober,
    workloads.map((workload) => ({...workload, expected: 'survives'})),
    deadlineMs,
    signal,
  );
  if (silent.length > 0) {
    throw new PlumblineError('workload', `Cannot begin the upgrade: no steady answer from ${silent.join(', ')}`, {
      layer: 'workload',
    });
  }
};

/**
 * Waits until the last requests to every target had the outcome that is expected of it, or the deadline has passed. Returns the names of
 * the targets that are not settled.
 */
export const untilSettled = async (
  prober: Prober,
  workloads: readonly UpgradeWorkload[],
  deadlineMs: number,
  signal: AbortSignal,
): Promise<string[]> => {
  const deadline = performance.now() + deadlineMs;
  const since = new Map(
    workloads.flatMap(({targets}) => targets.map((target) => [target.name, prober.samplesOf(target).length])),
  );
  for (;;) {
    const restless = workloads.flatMap(({targets, expected}) =>
      targets
        .filter(
          (target) => !isSettled(prober.samplesOf(target).slice(since.get(target.name)), expected !== 'stays down'),
        )
        .map(({name}) => name),
    );
    if (restless.length === 0 || performance.now() > deadline) {
      return restless;
    }
    await setTimeout(POLL_MS, undefined, {signal});
  }
};

const isSettled = (samples: readonly Sample[], isUp: boolean): boolean =>
  samples.length >= SETTLED_AFTER &&
  samples.slice(-SETTLED_AFTER).every(({failure}) => (failure === undefined) === isUp);
