import {readdirSync, readFileSync, readlinkSync} from 'node:fs';

// Synchronous on purpose: files of /proc are read in microseconds, a promise for each of hundreds costs more than the reading.

/** Text of a file of the kernel; empty when there is none, which for /proc often means that a process has just ended. */
export const readProc = (path: string): string => orEmpty(() => readFileSync(path, 'utf8'), '');

/** Names in a folder of the kernel; none when it is not there. */
export const listProc = (path: string): string[] => orEmpty(() => readdirSync(path), []);

/** Target of a link of /proc; empty when there is none. */
export const linkOfProc = (path: string): string => orEmpty(() => readlinkSync(path), '');

const orEmpty = <Value>(read: () => Value, empty: Value): Value => {
  try {
    return read();
  } catch {
    return empty;
  }
};
