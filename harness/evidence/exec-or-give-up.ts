import {setTimeout} from 'node:timers/promises';
import type {ExecOptions, ExecResult, Machine} from '../../vms/machine.ts';

/**
 * Runs a command in a machine, and gives it up a moment after its deadline where it has not ended by then: who is killed needs a processor
 * to end, which a machine may hardly have. Resolves with `undefined` then, and rejects as `exec` does.
 */
export const execOrGiveUp = async (
  machine: Pick<Machine, 'exec'>,
  argv: readonly string[],
  options: ExecOptions & {readonly timeoutMs: number},
): Promise<ExecResult | undefined> => {
  const given = machine.exec(argv, options);
  // Nobody may be listening any more when it fails.
  given.catch(() => undefined);
  return Promise.race([given, setTimeout(options.timeoutMs + GRACE_MS, undefined, {ref: false})]);
};

const GRACE_MS = 200;
