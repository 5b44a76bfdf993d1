import {median} from 'simple-statistics';

/** How far two medians have to be apart before it is worth a word. Both parts are added. */
export interface Threshold {
  readonly absolute: number;
  /** Of the old median. */
  readonly relative: number;
}

/** How far the value of a cell is from what was expected of it. */
export interface Shift {
  readonly distance: number;
  readonly expected: number;
}

/** So many cells tell what all of them share from what hits one of them. */
const FEWEST_CELLS = 12;
/** So many of them have to have moved the same way, each by at least half of what the one in the middle moved. */
const MOST = 0.75;

/**
 * Whether many cells moved together, the one in the middle by more than the threshold. One cell says little of a third of a second; forty
 * that all say the same are no accident.
 */
export const isCommonShift = (shifts: readonly Shift[], {absolute, relative}: Threshold): boolean => {
  if (shifts.length < FEWEST_CELLS) {
    return false;
  }
  const shift = median(shifts.map(({distance}) => distance));
  const followers = shifts.filter(({distance}) => distance / shift >= 0.5);
  return (
    Math.abs(shift) > absolute + relative * median(shifts.map(({expected}) => expected)) &&
    followers.length >= MOST * shifts.length
  );
};
