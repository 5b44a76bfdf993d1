import {PlumblineError} from '../../vms/errors.ts';
import type {LevelContext, RunningWorkload} from './level.ts';

/** What a workload that may have died is looked at with. */
export type DeathWatch = Pick<LevelContext, 'machine' | 'signal'> & {
  readonly running: Pick<RunningWorkload, 'pid' | 'logs'>;
};

/**
 * Throws the failure of a workload whose init is gone though nobody has ended it, with its last words. `action` is what can't be done any
 * more, `seen` what came of it.
 */
export const refuseDead = async (
  {machine, running, signal}: DeathWatch,
  action: string,
  seen: string,
): Promise<void> => {
  // Gone as well is a zombie, whose end its parent has not heard of yet; not so one with threads that go on.
  const lives = ['grep', '-qE', String.raw`^State:\s[^Z]|^Threads:\s([2-9]|\d\d)`, `/proc/${running.pid}/status`];
  const {exitCode} = await machine.exec(lives, {signal});
  if (exitCode !== 0) {
    throw new PlumblineError(
      'workload',
      `Cannot ${action}: the workload has ended, having said: ${await lastWords(running)}`,
      {layer: 'workload', expected: 'a running workload', seen: `${seen}, and the workload's init is gone`},
    );
  }
};

/** Does something with a workload, and throws what {@link refuseDead} does where that fails for the workload has died. */
export const unlessDead = async <Result>(
  watch: DeathWatch,
  action: string,
  work: () => Promise<Result>,
): Promise<Result> => {
  try {
    return await work();
  } catch (error) {
    await refuseDead(watch, action, error instanceof Error ? error.message : String(error));
    throw error;
  }
};

const lastWords = async (running: DeathWatch['running']): Promise<string> => {
  const logs = await running.logs().catch((error: Error) => `(its logs can't be read: ${error.message})`);
  return logs.trim().split('\n').slice(-3).join(' | ').slice(-500) || 'nothing';
};
