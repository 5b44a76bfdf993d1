import {open, rm, statfs} from 'node:fs/promises';
import {join} from 'node:path';
import {execa} from 'execa';
import {ProvisionError} from '../../errors.ts';

const IN_MEMORY = '/dev/shm';

/** Where the memory of a machine is while it runs, when it is to be kept. */
export interface RunningMemory extends AsyncDisposable {
  readonly file: string;
  /** Puts it where it is kept, without what was never written to. The machine must not run any more. */
  keep(signal: AbortSignal): Promise<void>;
}

/**
 * The file that is a machine's memory, to be kept as `kept`. It is in tmpfs where that has room for `bytes`: a file system on a disk has to get
 * ready for each page of a shared mapping that is written to, which took QEMU two fifths of its processor time. There it has no name, so it
 * goes with the last process that has it open, however that ends. `name` is unique on this host.
 */
export const openRunningMemory = async (kept: string, name: string, bytes: number): Promise<RunningMemory> => {
  if (!(await hasRoom(bytes))) {
    return {file: kept, keep: () => Promise.resolve(), [Symbol.asyncDispose]: () => Promise.resolve()};
  }
  const path = join(IN_MEMORY, name);
  const handle = await open(path, 'w+', 0o600);
  await rm(path);
  const file = `/proc/${process.pid}/fd/${handle.fd}`;
  return {
    file,
    keep: async (signal) => {
      const argv = ['--dereference', '--sparse=always', file, kept];
      const result = await execa('cp', argv, {reject: false, stdin: 'ignore', cancelSignal: signal});
      signal.throwIfAborted();
      if (result.failed) {
        throw new ProvisionError(`Cannot keep the memory of a machine: ${result.stderr || result.shortMessage}`, {
          command: ['cp', ...argv],
        });
      }
    },
    [Symbol.asyncDispose]: async () => handle.close(),
  };
};

const hasRoom = async (bytes: number): Promise<boolean> =>
  statfs(IN_MEMORY).then(
    ({bavail, bsize}) => bavail * bsize >= bytes,
    () => false,
  );
