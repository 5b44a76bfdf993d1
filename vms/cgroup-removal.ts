import {readFile, readdir, rmdir, writeFile} from 'node:fs/promises';
import {basename, join} from 'node:path';
import {setTimeout} from 'node:timers/promises';
import {MachineError} from './errors.ts';
import {identify, untilGone, type ProcessIdentity} from './processes.ts';

/**
 * Kills every process in a cgroup folder and below it, removes the folder, and returns when they are gone. Does nothing when it does not
 * exist. Throws {@link MachineError} when processes are still there after `deadlineMs`.
 */
export const removeCgroup = async (folder: string, deadlineMs = 10_000): Promise<void> => {
  const deadline = performance.now() + deadlineMs;
  const killed = new Map<number, ProcessIdentity>();
  for (;;) {
    await thaw(basename(folder));
    const left = await killAndRemove(folder, killed);
    if (left === undefined) {
      // A process leaves its cgroups before it is gone, and the first of a pid namespace waits in between for all others of it.
      for (const process of killed.values()) await untilGone(process, deadline - performance.now());
      return;
    }
    if (performance.now() > deadline) {
      throw new MachineError(`Cannot remove the cgroup "${folder}": ${left}`);
    }
    await setTimeout(5);
  }
};

/**
 * In version 1 of the hierarchy nothing kills a process that is frozen, in whichever other hierarchy it is listed as well. So the cgroup of
 * this name is thawed there first, with those below it: https://docs.kernel.org/admin-guide/cgroup-v1/freezer-subsystem.html
 */
const thaw = async (name: string): Promise<void> => {
  const folder = join(FREEZER, name);
  const files = await readdir(folder, {recursive: true}).catch(() => []);
  for (const file of files.filter((one) => basename(one) === 'freezer.state')) {
    await writeFile(join(folder, file), 'THAWED').catch(() => undefined); // It may have gone since it was listed.
  }
};

const FREEZER = '/sys/fs/cgroup/freezer';

/** One attempt, which adds what it kills; returns what is in the way, or `undefined` when the folder is gone. */
const killAndRemove = async (folder: string, killed: Map<number, ProcessIdentity>): Promise<string | undefined> => {
  const entries = await readdir(folder, {withFileTypes: true}).catch(() => undefined);
  if (entries === undefined) {
    return undefined;
  }
  for (const entry of entries) {
    if (entry.isDirectory()) {
      const left = await killAndRemove(join(folder, entry.name), killed);
      if (left !== undefined) {
        return left;
      }
    }
  }
  const processes = (await readFile(join(folder, 'cgroup.procs'), 'utf8').catch(() => '')).split('\n').filter(Boolean);
  for (const process of processes) {
    const identity = await identify(Number(process)).catch(() => undefined); // It may have ended since it was listed.
    if (identity === undefined) continue;
    killed.set(identity.pid, identity);
    kill(identity.pid);
  }
  try {
    await rmdir(folder);
    return undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      return undefined;
    }
    return processes.length > 0 ? `processes ${processes.join(', ')} are still in it` : (error as Error).message;
  }
};

const kill = (pid: number): void => {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended since it was listed.
  }
};
