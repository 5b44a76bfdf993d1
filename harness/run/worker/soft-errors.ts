import {AssertionError} from 'node:assert';

/** An assertion of `expect.soft` that did not hold, as Vitest keeps it beside the test: it throws nothing. */
export interface SoftError {
  readonly message: string;
  readonly expected?: unknown;
  readonly actual?: unknown;
}

/** What Vitest has kept beside a test, of which each is taken once: a cell is not green while something does not hold. */
export class SoftErrors {
  readonly #kept: () => readonly SoftError[];
  #taken = 0;

  constructor(kept: () => readonly SoftError[]) {
    this.#kept = kept;
  }

  /** Throws those that nobody has taken. */
  throwNew(): void {
    const errors = this.#take();
    if (errors.length > 0) throw joined(errors);
  }

  /** An error behind those that came before it, and that it may follow from. */
  before(error: unknown): unknown {
    const errors = this.#take();
    return errors.length > 0 ? joined([...errors, error]) : error;
  }

  #take(): Error[] {
    const fresh = this.#kept().slice(this.#taken);
    this.#taken += fresh.length;
    return fresh.map(({message, expected, actual}) => Object.assign(new AssertionError({message}), {expected, actual}));
  }
}

const joined = (errors: readonly unknown[]): AggregateError =>
  new AggregateError(errors, errors[0] instanceof Error ? errors[0].message : '');
