import type {ExecResult} from '../../vms/machine.ts';
import type {ExecInside, RunningWorkload} from './level.ts';

const MOST_TRIES = 3;

/** The last answer of {@link execForWholeOutput}. */
export interface WholeOutput {
  readonly result: ExecResult;
  /** How often a command that ended with 0 had not all of its output come, of how many tries. */
  readonly lost: {readonly hits: number; readonly of: number};
}

/**
 * Runs a command that changes nothing in a container, and again, three times at the most, where it ended with 0 and not all of its output has come.
 * ctr(8) ends without waiting for output where containerd does not say yet that the command has stopped, which is a matter of who is faster:
 * https://github.com/containerd/containerd/blob/v1.6.20/process.go (`Delete`). It is counted, so that nothing hides it.
 */
export const execForWholeOutput = async (
  running: Pick<RunningWorkload, 'exec'>,
  argv: readonly string[],
  isWhole: (result: ExecResult) => boolean,
  options?: ExecInside,
): Promise<WholeOutput> => {
  for (let of = 1; ; of += 1) {
    const result = await running.exec(argv, options);
    const isLost = result.exitCode === 0 && !isWhole(result);
    if (!isLost || of === MOST_TRIES) {
      return {result, lost: {hits: isLost ? of : of - 1, of}};
    }
  }
};
