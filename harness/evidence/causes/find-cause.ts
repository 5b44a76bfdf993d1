import {PlumblineError} from '../../../vms/errors.ts';
import {calibrationSentence, isStarved, type Calibration} from '../calibration.ts';
import type {Cause, CauseContext} from './cause.ts';
import {messageCause} from './message-cause.ts';
import {reachCause} from './reach-cause.ts';

/** The cause of a failure, where one is known to look like it. */
export const findCause = (context: CauseContext): Cause | undefined => messageCause(context) ?? reachCause(context);

/** A failure by the clock alone, which a starved host explains. */
export const isTimeout = (message: string): boolean =>
  /has not ended within|no end within|no answer within|no connection within|no answer, no |ETIMEDOUT/.test(message);

/** The cause of what was not done in time on a host that had no time for it. */
export const starvation = (calibration: Calibration): Cause | undefined =>
  isStarved(calibration)
    ? {
        failureClass: 'host',
        layer: 'host CPU',
        sentence: `the host is starved of CPU, ${calibrationSentence(calibration)}`,
      }
    : undefined;

/** The same failure with its cause in the sentence; what was said at first is what was seen. */
export const withCause = (error: PlumblineError, {failureClass, layer, sentence}: Cause): PlumblineError => {
  const {subject, said} = partsOf(error.message);
  return new PlumblineError(failureClass, `${subject}: ${sentence}`, {
    layer,
    ...(error.command && {command: error.command}),
    ...(error.expected !== undefined && {expected: error.expected}),
    seen: error.seen ?? said,
    cause: error,
  });
};

/** Splits `Cannot do "this": reason` at the colon that is in no quotes. */
export const partsOf = (message: string): {readonly subject: string; readonly said: string} => {
  const [, subject, said] = /^((?:[^":]|"[^"]*")*): (.*)$/s.exec(message) ?? [];
  return {subject: subject ?? message, said: said ?? message};
};
