import {readFile} from 'node:fs/promises';
import {readFileSync} from 'node:fs';
import {setTimeout} from 'node:timers/promises';
import {z} from 'zod';
import {MachineError} from './errors.ts';

/** A process that can't be mistaken for a later one with the same id. */
export const processIdentity = z.object({
  pid: z.number().int().positive(),
  /** Clock ticks since boot, field 22 of proc_pid_stat(5). */
  startTime: z.string(),
  /** `/proc/sys/kernel/random/boot_id`: start times repeat after a reboot. */
  bootId: z.string(),
});

export type ProcessIdentity = Readonly<z.infer<typeof processIdentity>>;

/** The identity of a running process. Rejects when there is none with this id. */
export const identify = async (pid: number): Promise<ProcessIdentity> => {
  const [stat, bootId] = await Promise.all([readFile(`/proc/${pid}/stat`, 'utf8'), readFile(BOOT_ID, 'utf8')]);
  return {pid, startTime: startTimeOf(stat), bootId: bootId.trim()};
};

/** Whether exactly this process still runs; a zombie does not, but where threads of it still end it has its open files and their locks. */
export const isAlive = ({pid, startTime, bootId}: ProcessIdentity): boolean => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return startTimeOf(stat) === startTime && !isOver(stat) && readFileSync(BOOT_ID, 'utf8').trim() === bootId;
  } catch {
    return false;
  }
};

/**
 * The command line of a process that the kernel ends together with this one, however this one ends: setpriv(1), `PR_SET_PDEATHSIG` of
 * prctl(2). What is not Linux has no such thing, and gets the command line as it is.
 */
export const tiedArgv = (argv: readonly string[]): readonly string[] =>
  process.platform === 'linux' ? ['setpriv', '--pdeathsig=KILL', '--', ...argv] : argv;

/** Waits until a process that was told to end has ended. Throws {@link MachineError} when it is still there after `deadlineMs`. */
export const untilGone = async (identity: ProcessIdentity, deadlineMs = 10_000): Promise<void> => {
  const deadline = performance.now() + deadlineMs;
  while (isAlive(identity)) {
    if (performance.now() > deadline) throw new MachineError(`Cannot end process ${identity.pid}: it is still there`);
    await setTimeout(POLL_MS);
  }
};

const POLL_MS = 5;

const BOOT_ID = '/proc/sys/kernel/random/boot_id';

// The second field, the command's name, may contain spaces and parentheses: count from the last parenthesis.
const fieldsAfterName = (stat: string): string[] => stat.slice(stat.lastIndexOf(')') + 2).split(' ');
const isOver = (stat: string): boolean => fieldsAfterName(stat)[0] === 'Z' && Number(fieldsAfterName(stat)[17]) <= 1;
const startTimeOf = (stat: string): string => fieldsAfterName(stat)[19] ?? '';
