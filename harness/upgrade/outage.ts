import {max, sum} from 'simple-statistics';

/** One request to a workload, and whether it gave its answer. Times are milliseconds on the machine's clock. */
export interface Sample {
  readonly sentMs: number;
  readonly tookMs: number;
  /** Why there was no answer; `undefined` when there was one. */
  readonly failure: string | undefined;
}

/** A time in which a workload did not answer. */
export interface Gap {
  /** When the first request that failed was sent. */
  readonly fromMs: number;
  /** When the first that was answered again was sent; `undefined` when none was. */
  readonly toMs: number | undefined;
  /** Best estimate of the time without an answer: at least to the last request when it did not end. */
  readonly ms: number;
  /** The time without an answer is within so many milliseconds of `ms`; of a gap that did not end this says nothing. */
  readonly errorMs: number;
  readonly failed: number;
  /** What the requests failed with, each once, in order. */
  readonly reasons: readonly string[];
}

/** What the requests to one workload say of its outage. */
export interface Outage {
  readonly probes: number;
  readonly failed: number;
  readonly gaps: readonly Gap[];
  readonly longestMs: number;
  readonly longestErrorMs: number;
  readonly totalMs: number;
  /** Errors of the gaps added up: they are not independent, one starved prober makes all of them too wide. */
  readonly totalErrorMs: number;
  /** The answer that took longest. */
  readonly slowestMs: number;
}

/** Resolution of the machine's clock, in milliseconds. */
const CLOCK_MS = 10;

/**
 * Sums up requests that were sent one after another. A workload stopped answering some time between the last request that was answered
 * and the first that was not, and began again some time between the last that was not and the first that was: the middle of both is the
 * estimate, and half of both together its error, which is the interval between requests as long as those were sent in time.
 */
export const outageOf = (samples: readonly Sample[]): Outage => {
  const ordered = samples.toSorted((one, other) => one.sentMs - other.sentMs);
  const gaps = gapsOf(ordered);
  const longest = gaps.toSorted((one, other) => other.ms - one.ms)[0];
  const answers = ordered.filter(({failure}) => failure === undefined).map(({tookMs}) => tookMs);
  return {
    probes: ordered.length,
    failed: ordered.length - answers.length,
    gaps,
    longestMs: longest?.ms ?? 0,
    longestErrorMs: longest?.errorMs ?? 0,
    totalMs: sum(gaps.map(({ms}) => ms)),
    totalErrorMs: sum(gaps.map(({errorMs}) => errorMs)),
    slowestMs: answers.length === 0 ? 0 : max(answers),
  };
};

const gapsOf = (ordered: readonly Sample[]): Gap[] => {
  const gaps: Gap[] = [];
  let start = -1;
  for (const [index, {failure}] of ordered.entries()) {
    if (failure !== undefined && start === -1) {
      start = index;
    } else if (failure === undefined && start !== -1) {
      gaps.push(gapBetween(ordered, start, index));
      start = -1;
    }
  }
  return start === -1 ? gaps : [...gaps, gapBetween(ordered, start, ordered.length)];
};

/** The gap whose first failed request is at `start`, and whose end is the request at `end`. */
const gapBetween = (ordered: readonly Sample[], start: number, end: number): Gap => {
  const failed = ordered.slice(start, end);
  const firstFailed = failed[0]?.sentMs ?? 0;
  const lastFailed = failed.at(-1)?.sentMs ?? firstFailed;
  const before = ordered[start - 1]?.sentMs ?? firstFailed;
  const after = ordered[end]?.sentMs;
  const [least, most] = [lastFailed - firstFailed, (after ?? lastFailed) - before];
  return {
    fromMs: firstFailed,
    toMs: after,
    ms: Math.round((least + most) / 2),
    errorMs: Math.ceil((most - least) / 2) + CLOCK_MS,
    failed: failed.length,
    reasons: [...new Set(failed.flatMap(({failure}) => failure ?? []))],
  };
};
