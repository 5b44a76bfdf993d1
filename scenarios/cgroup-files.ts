import type {Machine} from '../harness/scenario/definition.ts';

/** Reads files of a process's cgroups, whatever the version of the hierarchy. */
export class CgroupFiles {
  readonly #machine: Machine;
  readonly #pid: number;

  constructor(machine: Machine, pid: number) {
    this.#machine = machine;
    this.#pid = pid;
  }

  /** Content of the file, `undefined` where there is none. In version 1 a file is in the folder of its controller: `cpu.shares` in `cpu`. */
  async read(file: string): Promise<string | undefined> {
    const {exitCode, stdout} = await this.#machine.exec(['sh', '-c', READ, 'sh', String(this.#pid), file]);
    return exitCode === 0 ? stdout.trim() : undefined;
  }

  /** The first of several files that is there: version 2 has other names than version 1. */
  async readOneOf(...files: readonly string[]): Promise<string> {
    for (const file of files) {
      const content = await this.read(file);
      if (content !== undefined) {
        return content;
      }
    }
    return 'absent';
  }

  /** How many times the kernel has ended a process of it for its memory. */
  async oomKills(): Promise<number> {
    const text = await this.readOneOf('memory.events', 'memory.oom_control');
    return Number(/^oom_kill (\d+)$/m.exec(text)?.[1] ?? -1);
  }
}

// PID and FILE as arguments. See cgroups(7).
const READ = `
controller=\${2%%.*}
v1=$(grep -E "^[0-9]+:([^:]*,)?$controller(,[^:]*)?:" "/proc/$1/cgroup" | head -n 1 | cut -d: -f3)
v2=$(grep '^0::' "/proc/$1/cgroup" | cut -d: -f3)
if [ -n "$v1" ]; then exec cat "/sys/fs/cgroup/$controller$v1/$2"; fi
exec cat "/sys/fs/cgroup$v2/$2"
`;
