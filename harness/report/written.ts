import {UsageError} from '../../vms/errors.ts';

/**
 * Writes something where a person wants it, and returns what `write` does. Throws {@link UsageError} with the place when the file system
 * refuses: a file stands where a folder is to be, it is somebody else's, it is full.
 */
export const written = async <Result>(what: string, path: string, write: () => Promise<Result>): Promise<Result> => {
  try {
    return await write();
  } catch (error) {
    if (!isOfFileSystem(error)) throw error;
    throw new UsageError(`Cannot write ${what} to "${path}": ${error.message}`, {cause: error});
  }
};

/** https://nodejs.org/api/errors.html#class-systemerror; what a write to an open file throws has no path. */
const isOfFileSystem = (error: unknown): error is NodeJS.ErrnoException =>
  error instanceof Error && 'syscall' in error && 'code' in error;
