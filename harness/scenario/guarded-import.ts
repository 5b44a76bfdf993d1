import {setTimeout} from 'node:timers/promises';
import {pathToFileURL} from 'node:url';

/**
 * Imports a file of which anything is to be expected: rejects as well when it ends the process, when it does not come to its end
 * within `deadlineMs`, and when something it started fails meanwhile.
 */
export const importGuarded = async (path: string, deadlineMs: number): Promise<void> => {
  const exit = process.exit.bind(process);
  process.exit = (code) => {
    throw new Error(`it called process.exit(${code ?? ''})`);
  };
  const over = new AbortController();
  let fail = (_error: unknown): void => undefined;
  const failed = new Promise<never>((_, reject) => (fail = reject));
  process.on('uncaughtException', fail);
  process.on('unhandledRejection', fail);
  try {
    await Promise.race([import(pathToFileURL(path).href), failed, late(deadlineMs, over.signal)]);
  } finally {
    over.abort();
    process.off('uncaughtException', fail);
    process.off('unhandledRejection', fail);
    process.exit = exit;
  }
};

const late = async (deadlineMs: number, over: AbortSignal): Promise<void> => {
  await setTimeout(deadlineMs, undefined, {signal: over}).catch(() => undefined);
  if (!over.aborted) {
    throw new Error(`its import does not end within ${deadlineMs / 1000} s`);
  }
};
