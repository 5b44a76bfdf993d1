import {readFileSync} from 'node:fs';
import {writeFile} from 'node:fs/promises';
import {join} from 'node:path';

const FILE = 'console-start';

/** Notes, in a machine's folder, how long its console was when it was restored: the file goes on, but what it has by then is of the past. */
export const noteConsoleStart = async (folder: string, bytes: number): Promise<void> =>
  writeFile(join(folder, FILE), String(bytes));

/** Reads what {@link noteConsoleStart} wrote; 0 where the machine was never restored. */
export const readConsoleStart = (folder: string): number => {
  try {
    return Number(readFileSync(join(folder, FILE), 'utf8'));
  } catch {
    return 0;
  }
};
