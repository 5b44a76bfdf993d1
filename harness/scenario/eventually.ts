import type {ExpectStatic} from 'vitest';
import type {Machine} from '../../vms/machine.ts';

/** How long something is waited for, and what it is called. */
interface Waiting {
  /** Milliseconds until it has to be so on a machine of slowness 1; multiplied by the slowness of the machine. Default: 10 000. */
  readonly withinMs?: number;
  /** Stands before what was expected and seen in the failure. */
  readonly message?: string;
}

const WITHIN_MS = 10_000;

/** Makes the word with which scenarios wait on a machine: Vitest's `expect.poll`, with a patience that fits the machine. */
export const eventuallyOn =
  ({traits}: Pick<Machine, 'traits'>, expect: ExpectStatic) =>
  <Answer>(ask: () => Answer, {withinMs = WITHIN_MS, ...rest}: Waiting = {}) =>
    expect.poll(ask, {timeout: withinMs * traits.slowness, ...rest});

/**
 * Asks again and again until the answer is what the matcher behind it says; fails with the last answer when it never is in time.
 * `await eventually(() => running.logs()).toContain('ready')`.
 */
export type Eventually = ReturnType<typeof eventuallyOn>;
