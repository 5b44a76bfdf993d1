import type {ExecResult} from '../../vms/machine.ts';

const MOST_TRIES = 3;

/** The last answer of {@link untilWhole}. */
export interface WholeOutput {
  readonly result: ExecResult;
  /** How often a command that ended with 0 had not all of its output come, of how many tries. */
  readonly lost: {readonly hits: number; readonly of: number};
}

/**
 * Runs a command that changes nothing, and again, three times at the most, where it ended with 0 and not all of its output has come.
 * `ctr tasks exec` ends without waiting for output where containerd does not say yet that the command has stopped, and `ctr run` of 1.6
 * closes its ends of the FIFOs before it waits for what is still in them, both a matter of who is faster:
 * https://github.com/containerd/containerd/blob/v1.6.20/process.go and task.go (`Delete`). It is counted, so that nothing hides it.
 */
export const untilWhole = async (
  run: () => Promise<ExecResult>,
  isWhole: (result: ExecResult) => boolean | Promise<boolean>,
): Promise<WholeOutput> => {
  for (let of = 1; ; of += 1) {
    const result = await run();
    const isLost = result.exitCode === 0 && !(await isWhole(result));
    if (!isLost || of === MOST_TRIES) {
      return {result, lost: {hits: isLost ? of : of - 1, of}};
    }
  }
};
