import {readFile} from 'node:fs/promises';
import {cpus} from 'node:os';
import {join} from 'node:path';
import {setInterval} from 'node:timers/promises';
import {execa} from 'execa';
import {PlumblineError} from '../../vms/errors.ts';
import {runRecord, type RunRecord} from '../report/run-record.ts';

const PROJECT = join(import.meta.dirname, '../..');
const MAIN = join(PROJECT, 'harness/cli/main.ts');
const LOOK_EVERY_MS = 50;

/** A run as a process of its own. */
export interface WholeRun {
  readonly record: RunRecord;
  /** From the start of the process to its end. */
  readonly totalMs: number;
  /** From the start of the process until the first machine is started. */
  readonly startUpMs: number;
  /** Largest resident set, in bytes; `VmHWM` of proc_pid_status(5). */
  readonly peakBytes: number;
  /** For how long the tool's own threads were on a processor, without any process it started; proc_pid_stat(5), in milliseconds. */
  readonly ownMs: number;
  /** How many of the host's processors were in use on average, by whatever: no run is done sooner than all of them can. */
  readonly processorsInUse: number;
}

/** Runs the tool as a user does in the project's folder, and waits for its end. Throws a {@link PlumblineError} when the run is not green. */
export const runWhole = async (argv: readonly string[], reports: string, signal: AbortSignal): Promise<WholeRun> => {
  const begin = performance.now();
  const beganAt = performance.timeOrigin + begin;
  const tool = execa(process.execPath, [MAIN, 'run', '--json', '--reports', reports, ...argv], {
    // Scenario files are named as in the project's folder, wherever this process was called.
    env: {INIT_CWD: PROJECT},
    reject: false,
    cancelSignal: signal,
    // A run that is told to end takes its machines down first.
    forceKillAfterDelay: 60_000,
    maxBuffer: 256 * 1024 * 1024,
  });
  const busyBefore = busyMs();
  const over = new AbortController();
  const watching = watchProcess(tool.pid, over.signal);
  const {exitCode, stdout, stderr} = await tool;
  const totalMs = performance.now() - begin;
  const processorsInUse = (busyMs() - busyBefore) / totalMs;
  over.abort();
  signal.throwIfAborted();
  if (exitCode !== 0) {
    throw new PlumblineError('harness', `Cannot time a run that is not green: it ended with exit code ${exitCode}`, {
      seen: stderr.slice(-2000),
    });
  }
  const record = runRecord.parse(JSON.parse(stdout));
  const firstStepMs = Math.min(...record.machines.flatMap(({steps}) => steps.map(({startedMs}) => startedMs)));
  const startUpMs = Date.parse(record.startedAt) + firstStepMs - beganAt;
  return {record, totalMs, startUpMs, processorsInUse, ...(await watching)};
};

/** For how long processors of this host were in use since it was booted, added up, in milliseconds. */
const busyMs = (): number => cpus().reduce((sum, {times: {user, nice, sys, irq}}) => sum + user + nice + sys + irq, 0);

const watchProcess = async (
  pid: number | undefined,
  over: AbortSignal,
): Promise<Pick<WholeRun, 'peakBytes' | 'ownMs'>> => {
  let peakBytes = 0;
  let ownMs = 0;
  const read = (file: string): Promise<string> => readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '');
  try {
    for await (const _ of setInterval(LOOK_EVERY_MS, undefined, {signal: over})) {
      const [status, stat] = await Promise.all([read('status'), read('stat')]);
      peakBytes = Math.max(peakBytes, Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024);
      // utime and stime, the 12th and 13th behind the name in parentheses.
      const [user = 0, system = 0] = stat
        .slice(stat.lastIndexOf(')') + 2)
        .split(' ')
        .slice(11, 13)
        .map(Number);
      ownMs = Math.max(ownMs, (user + system) * MS_PER_TICK);
    }
  } catch {
    // The end of the run.
  }
  return {peakBytes, ownMs};
};

/** USER_HZ is 100 wherever Linux runs: https://man7.org/linux/man-pages/man7/time.7.html */
const MS_PER_TICK = 10;
