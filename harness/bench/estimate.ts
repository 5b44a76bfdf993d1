import {median} from 'simple-statistics';

/** What samples say of the time that something takes, in milliseconds. */
export interface Estimate {
  readonly median: number;
  /** The median of all times there could be is between these with a probability of 95 %. With fewer than six samples: the extremes. */
  readonly low: number;
  readonly high: number;
  readonly samples: number;
}

/** Without any assumption about how the times are distributed: https://www.itl.nist.gov/div898/software/dataplot/refman1/auxillar/quantcl.htm */
export const estimate = (samples: readonly number[]): Estimate => {
  const sorted = [...samples].sort((one, other) => one - other);
  const middle = sorted.length / 2;
  const spread = (NORMAL_95 * Math.sqrt(sorted.length)) / 2;
  const at = (index: number): number => sorted[Math.min(sorted.length - 1, Math.max(0, index))] ?? Number.NaN;
  return {
    median: median(sorted),
    low: at(Math.floor(middle - spread)),
    high: at(Math.ceil(middle + spread) - 1),
    samples: sorted.length,
  };
};

/** The two-sided 95 % quantile of the normal distribution. */
const NORMAL_95 = 1.96;
