import {MachineError, PlumblineError} from './errors.ts';

/**
 * Reads what a program of a machine printed. A reader that stumbles, since the program printed something else than it should, ends as a
 * {@link MachineError} that names the program; `what` is for a sentence, as in `the state of runc`.
 */
export const understood = <Result>(what: string, read: () => Result): Result => {
  try {
    return read();
  } catch (error) {
    if (error instanceof PlumblineError) {
      throw error;
    }
    throw new MachineError(`Cannot understand ${what}: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
};
