import type {Machine} from '../../vms/machine.ts';
import {parseTasks} from '../levels/ctr.ts';
import {parseState} from '../levels/runc.ts';
import type {UpgradeWorkload} from './upgrade-workload.ts';
import {execArgv} from './workload-commands.ts';

/** A process of a machine. */
export interface ProcessFacts {
  readonly pid: number;
  /** Clock ticks since the boot of the kernel, field 22 of proc_pid_stat(5): with the pid it is the process for good. */
  readonly startTime: string;
  readonly command: string;
  readonly parent: number;
  /** Path of its program; the kernel appends ` (deleted)` when that file has been replaced. */
  readonly program: string;
}

/** What a runtime says of a workload. */
export interface RuntimeView {
  /** State as the runtime calls it; `undefined` when it does not know the workload, or does not answer. */
  readonly status: string | undefined;
  readonly pid: number | undefined;
  /** Of docker: how often it was started again by its restart policy. */
  readonly restarts: number | undefined;
  /** What the runtime said instead of an answer. */
  readonly problem: string | undefined;
}

/** Reads a process; `undefined` when there is none of this id. */
export const readProcess = async (machine: Machine, pid: number): Promise<ProcessFacts | undefined> => {
  const {exitCode, stdout} = await machine.exec([
    'sh',
    '-c',
    'cat "/proc/$1/stat" && readlink "/proc/$1/exe" || true',
    'sh',
    String(pid),
  ]);
  return exitCode === 0 && stdout !== '' ? parseProcess(stdout) : undefined;
};

/** Reads the text of `/proc/PID/stat` with the target of `/proc/PID/exe` in the line after it. */
export const parseProcess = (text: string): ProcessFacts => {
  const [stat = '', program = ''] = text.split('\n');
  // The name may contain spaces and parentheses: fields count from the last one.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return {
    pid: Number.parseInt(stat, 10),
    startTime: fields[19] ?? '',
    command: stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')')),
    parent: Number(fields[1]),
    program,
  };
};

/** Asks the runtime of a workload about it. */
export const readView = async (machine: Machine, {level, name}: UpgradeWorkload): Promise<RuntimeView> => {
  const argv = {
    docker: ['docker', 'inspect', '--format', '{{.State.Status}} {{.State.Pid}} {{.RestartCount}}', name],
    ctr: ['ctr', 'tasks', 'list'],
    runc: ['runc', 'state', name],
  }[level];
  const {exitCode, stdout, stderr} = await machine.exec(argv);
  if (exitCode !== 0) {
    return {...NOTHING, problem: lastLine(stderr) || `exit code ${exitCode}`};
  }
  switch (level) {
    case 'docker': {
      const [status, pid, restarts] = stdout.trim().split(' ');
      return {status, pid: Number(pid) || undefined, restarts: Number(restarts), problem: undefined};
    }
    case 'ctr': {
      const task = parseTasks(stdout).get(name);
      return {...NOTHING, status: task?.status.toLowerCase(), pid: task?.pid};
    }
    case 'runc': {
      const {status, pid} = parseState(stdout);
      return {...NOTHING, status, pid: pid || undefined};
    }
  }
};

const NOTHING: RuntimeView = {status: undefined, pid: undefined, restarts: undefined, problem: undefined};

/** Runs a command in a workload through its runtime; returns what that said when it could not, else `undefined`. */
export const execProblem = async (machine: Machine, workload: UpgradeWorkload): Promise<string | undefined> => {
  const {exitCode, stderr} = await machine.exec(execArgv(workload));
  return exitCode === 0 ? undefined : lastLine(stderr) || `exit code ${exitCode}`;
};

const lastLine = (text: string): string => text.trim().split('\n').at(-1)?.slice(0, 300) ?? '';
