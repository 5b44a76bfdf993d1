import {AssertionError} from 'node:assert';

/** An assertion of `expect.soft` that did not hold, as Vitest keeps it beside the test: it throws nothing. */
export interface SoftError {
  readonly message: string;
  readonly expected?: unknown;
  readonly actual?: unknown;
}

/** Throws what Vitest has kept: a cell is not green while something does not hold. */
export const throwSoftErrors = (errors: readonly SoftError[]): void => {
  if (errors.length > 0) {
    throw new AggregateError(
      errors.map(({message, expected, actual}) => Object.assign(new AssertionError({message}), {expected, actual})),
    );
  }
};
