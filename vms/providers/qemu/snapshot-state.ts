import {setTimeout} from 'node:timers/promises';
import {z} from 'zod';
import {MachineError} from '../../errors.ts';
import {quoteWord} from '../../transport/posix-quote.ts';
import type {Qmp} from './qmp.ts';

const POLL_MS = 10;

const migration = z.looseObject({status: z.string().optional(), 'error-desc': z.string().optional()});

/**
 * Writes the state of a machine into a file, without its memory, which is a file already; the machine has ended then, as far as it is
 * concerned. Migration with memory left out: https://www.qemu.org/docs/master/devel/migration/features.html
 */
export const saveState = async (qmp: Qmp, file: string, signal: AbortSignal): Promise<void> => {
  await leaveMemoryOut(qmp, true);
  await qmp.execute('migrate', {uri: `exec:cat >${quoteWord(file)}`});
  await untilMigrated(qmp, 'save', signal);
};

/** Gives a machine that waits for its state that of a file; it runs then. */
export const loadState = async (qmp: Qmp, file: string, signal: AbortSignal): Promise<void> => {
  await leaveMemoryOut(qmp, true);
  await qmp.execute('migrate-incoming', {uri: `exec:cat ${quoteWord(file)}`});
  await untilMigrated(qmp, 'restore', signal);
  // What is kept from now on has to be readable by a process that was told nothing.
  await leaveMemoryOut(qmp, false);
};

const leaveMemoryOut = async (qmp: Qmp, isLeftOut: boolean): Promise<unknown> =>
  qmp.execute('migrate-set-capabilities', {capabilities: [{capability: 'x-ignore-shared', state: isLeftOut}]});

const untilMigrated = async (qmp: Qmp, action: string, signal: AbortSignal): Promise<void> => {
  for (;;) {
    const {status, 'error-desc': description} = migration.parse(await qmp.execute('query-migrate'));
    if (status === 'completed') return;
    if (status === 'failed' || status === 'cancelled') {
      throw new MachineError(`Cannot ${action} a snapshot: ${description ?? `QEMU says "${status}"`}`, {layer: 'qemu'});
    }
    signal.throwIfAborted();
    await setTimeout(POLL_MS);
  }
};
