import {max, median} from 'simple-statistics';
import type {TargetRecord} from './upgrade-record.ts';

/** The longest time without an answer, over several upgrades of the same kind. */
export interface RepeatedOutage {
  /** Median of the longest gaps. */
  readonly ms: number;
  /**
   * With one upgrade, the error of sampling: it says nothing of the next upgrade. With several also how far the farthest of them lies from
   * the median, so that both how it was measured and how much upgrades differ are in it.
   */
  readonly errorMs: number;
  /** How many upgrades. */
  readonly count: number;
}

/** Sums up what the requests to one target said in several upgrades, of which there must be one. */
export const repeatedOutage = (
  targets: readonly Pick<TargetRecord, 'longestMs' | 'longestErrorMs'>[],
): RepeatedOutage => {
  const longest = targets.map(({longestMs}) => longestMs);
  const middle = median(longest);
  const farthest = max(longest.map((ms) => Math.abs(ms - middle)));
  return {
    ms: Math.round(middle),
    errorMs: Math.ceil(farthest + max(targets.map(({longestErrorMs}) => longestErrorMs))),
    count: targets.length,
  };
};
