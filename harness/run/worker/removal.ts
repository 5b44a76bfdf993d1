import {PlumblineError} from '../../../vms/errors.ts';
import type {Steps} from '../../scenario/steps.ts';
import {unlessAborted} from './unless-aborted.ts';

/** Removes what a cell made, the last first, whatever fails; `onFailure` is told what does. Returns whether all of it went. */
export const removeAll = async (
  made: readonly AsyncDisposable[],
  deadlineMs: number,
  steps: Steps,
  onFailure: (error: unknown) => Promise<void>,
): Promise<boolean> => {
  let isGone = true;
  for (const one of made.toReversed()) {
    try {
      await steps.step(TITLE, () => removeInTime(one, deadlineMs));
    } catch (error) {
      isGone = false;
      await onFailure(error);
    }
  }
  return isGone;
};

const TITLE = 'remove what was made';

const removeInTime = async (one: AsyncDisposable, deadlineMs: number): Promise<void> => {
  const deadline = AbortSignal.timeout(deadlineMs);
  try {
    await unlessAborted((async () => one[Symbol.asyncDispose]())(), deadline);
  } catch (error) {
    throw error === deadline.reason
      ? new PlumblineError('runtime', `Cannot ${TITLE}: no end within ${deadlineMs / 1000} s`)
      : error;
  }
};
