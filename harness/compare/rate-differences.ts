import type {Rate} from '../observe/fact.ts';
import {neverPassed, type CellPair, type CellRuns} from './cell-pair.ts';
import type {CellDifference} from './difference.ts';

/** Less than this is left to chance. */
const SIGNIFICANCE = 0.01;

/**
 * Compares how often things happened, all repetitions of a cell taken together: a rate differs when Fisher's exact test gives less than
 * 1 % to chance. A rate that only one of the runs has is a fact that was added or removed.
 */
export const compareRates = (pairs: readonly CellPair[]): CellDifference[] =>
  pairs.flatMap((pair) => {
    const {scenario, level, network} = pair;
    if (pair.old.observations.length === 0 || pair.new.observations.length === 0) {
      return []; // A cell that was not run says nothing of what would have happened.
    }
    const [old, recent] = [ratesOf(pair.old), ratesOf(pair.new)];
    return [...new Set([...old.keys(), ...recent.keys()])].flatMap((fact): CellDifference[] => {
      const [before, after] = [old.get(fact), recent.get(fact)];
      if (before === undefined || after === undefined) {
        if (neverPassed(before === undefined ? pair.old : pair.new)) {
          return [];
        }
      } else if (!areUnlike(before, after)) {
        return [];
      }
      return [
        {
          fact,
          kind: before === undefined ? 'added' : after === undefined ? 'removed' : 'changed',
          cell: {scenario, level, network},
          sets: {old: pair.old.runtimeSet, new: pair.new.runtimeSet},
          old: before && rateText(before),
          new: after && rateText(after),
        },
      ];
    });
  });

/** Paths of the rates of a cell, in either run. */
export const rateNames = (pair: CellPair): string[] => [...ratesOf(pair.old).keys(), ...ratesOf(pair.new).keys()];

/** Whether two rates are farther apart than is left to chance. */
export const areUnlike = (one: Rate, other: Rate): boolean => chanceOf(one, other) < SIGNIFICANCE;

/** A rate as people say it. */
export const rateText = ({hits, of}: Rate): string => `${hits} of ${of}`;

const ratesOf = ({observations}: CellRuns): ReadonlyMap<string, Rate> => {
  const all = new Map<string, Rate>();
  for (const {rates} of observations) {
    for (const [path, {hits, of}] of Object.entries(rates)) {
      const known = all.get(path) ?? {hits: 0, of: 0};
      all.set(path, {hits: known.hits + hits, of: known.of + of});
    }
  }
  return all;
};

/**
 * How likely two rates as far apart as these, or farther, are by chance alone, when both are really the same: the two-sided p-value of
 * Fisher's exact test, https://en.wikipedia.org/wiki/Fisher%27s_exact_test
 */
export const chanceOf = (one: Rate, other: Rate): number => {
  const hits = one.hits + other.hits;
  const probability = (hitsOfOne: number): number =>
    Math.exp(logChoose(one.of, hitsOfOne) + logChoose(other.of, hits - hitsOfOne) - logChoose(one.of + other.of, hits));
  const seen = probability(one.hits);
  const least = Math.max(0, hits - other.of);
  const most = Math.min(one.of, hits);
  return Array.from({length: most - least + 1}, (_, index) => probability(least + index))
    .filter((each) => each <= seen * (1 + ROUNDING))
    .reduce((sum, each) => sum + each, 0);
};

const ROUNDING = 1e-7;

const logChoose = (from: number, chosen: number): number =>
  logFactorial(from) - logFactorial(chosen) - logFactorial(from - chosen);

const logFactorial = (number: number): number =>
  Array.from({length: number}, (_, index) => Math.log(index + 1)).reduce((sum, each) => sum + each, 0);
