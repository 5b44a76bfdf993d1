import type {Acceleration} from '../../machine.ts';
import {MachineError, PlumblineError} from '../../errors.ts';
import {slowness} from './acceleration.ts';

/** A signal that aborts with the others, and with a `TimeoutError` after `ms` times the slowness of the machine. */
export const deadline = (ms: number, acceleration: Acceleration, ...signals: readonly AbortSignal[]): AbortSignal =>
  AbortSignal.any([...signals, AbortSignal.timeout(ms * slowness[acceleration])]);

/** Whether what was thrown is a deadline that has passed, not a wish of the caller nor an error that explains itself. */
export const isTimeout = (error: unknown): boolean =>
  !(error instanceof PlumblineError) && error instanceof Error && error.name === 'TimeoutError';

/** What `body` comes to; a deadline that passes in it is a {@link MachineError}: `Cannot <action>: no answer from <who> in time`. */
export const answered = async <Result>(action: string, who: string, body: () => Promise<Result>): Promise<Result> => {
  try {
    return await body();
  } catch (error) {
    if (!isTimeout(error)) throw error;
    throw new MachineError(`Cannot ${action}: no answer from ${who} in time`, {cause: error});
  }
};
