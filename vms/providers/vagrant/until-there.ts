import {existsSync} from 'node:fs';
import {setTimeout} from 'node:timers/promises';

const POLL_MS = 50;

/** Waits until there is a file of this path. Rejects with the reason of the signal when that aborts. */
export const untilThere = async (path: string, signal: AbortSignal): Promise<void> => {
  while (!existsSync(path)) {
    signal.throwIfAborted();
    await setTimeout(POLL_MS);
  }
};
