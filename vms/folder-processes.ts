import {readFile, readdir, readlink} from 'node:fs/promises';
import {setTimeout} from 'node:timers/promises';
import {MachineError} from './errors.ts';
import {identify, isAlive, type ProcessIdentity} from './processes.ts';

const DEADLINE_MS = 10_000;
/** Programs that a machine consists of; whatever else has its folder in the command line, an editor say, is someone's own. */
const PROGRAMS = ['qemu', 'ssh', 'limactl'] as const;

/** A program that a machine consists of: all of QEMU's begin with its name. */
export type MachineProgram = (typeof PROGRAMS)[number];

/**
 * Kills the processes of a machine: those of QEMU, ssh and Lima that work in its folder, or have a path below it in their command line.
 * Does nothing when there are none. Throws {@link MachineError} when one is still there after 10 seconds.
 */
export const killFolderProcesses = async (
  folder: string,
  programs: readonly MachineProgram[] = PROGRAMS,
): Promise<void> => {
  const deadline = performance.now() + DEADLINE_MS;
  // A process that ends loses its command line first and its open files, listening sockets among them, later.
  const known = new Map<number, ProcessIdentity>();
  for (;;) {
    for (const pid of await folderProcesses(folder, programs)) {
      const identity = await identify(pid).catch(() => undefined);
      if (identity) known.set(pid, identity);
    }
    const alive = [...known.values()].filter(isAlive);
    if (alive.length === 0) return;
    const pids = alive.map(({pid}) => pid);
    if (performance.now() > deadline)
      throw new MachineError(`Cannot end the processes ${pids.join(', ')} of "${folder}": they are still there`);
    for (const pid of pids) kill(pid);
    await setTimeout(5);
  }
};

/** Ids of the processes of a machine. A zombie has no command line, so it is none of them. */
export const folderProcesses = async (
  folder: string,
  programs: readonly MachineProgram[] = PROGRAMS,
): Promise<readonly number[]> => {
  const pids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/u.test(name)).map(Number);
  const own = await Promise.all(pids.map(async (pid) => isOf(folder, await readProcess(pid), programs)));
  return pids.filter((pid, index) => own[index] === true && pid !== process.pid);
};

/** What a process shows of itself. */
export interface ShownProcess {
  /** Its command line, split. */
  readonly argv: readonly string[];
  /** Its working folder, where that can be read. */
  readonly cwd?: string | undefined;
}

/** Whether a process is that of a program of the machine with this folder. */
export const isOf = (
  folder: string,
  {argv, cwd}: ShownProcess,
  programs: readonly MachineProgram[] = PROGRAMS,
): boolean => {
  // A control connection of ssh shows "ssh: PATH [mux]", all of it as one word.
  const [program = ''] = argv[0]?.split(' ') ?? [];
  return (
    programs.some((name) => program.slice(program.lastIndexOf('/') + 1).startsWith(name)) &&
    (cwd === folder || argv.some((word) => word.includes(`${folder}/`)))
  );
};

const readProcess = async (pid: number): Promise<ShownProcess> => ({
  argv: (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).split('\0'),
  cwd: await readlink(`/proc/${pid}/cwd`).catch(() => undefined),
});

const kill = (pid: number): void => {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended since it was listed.
  }
};
