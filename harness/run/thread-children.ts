import {readProc, listProc} from '../teardown/host/proc.ts';

/**
 * Ends what a thread of this process has started, with all that came of it: a thread that waits for a child in a call such as
 * `execFileSync` is not ended before that. A child is its thread's: `/proc/PID/task/TID/children` of proc_pid_task(5), for Linux alone.
 */
export const endChildrenOf = (thread: number): void => {
  for (const pid of descendantsOf(process.pid, String(thread))) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
};

const descendantsOf = (pid: number, thread: string): number[] => {
  const children = readProc(`/proc/${pid}/task/${thread}/children`).split(' ').filter(Boolean).map(Number);
  return children.flatMap((child) => [
    child,
    ...listProc(`/proc/${child}/task`).flatMap((one) => descendantsOf(child, one)),
  ]);
};
