import {listProc, readProc} from '../teardown/host/proc.ts';
import {hasMark} from '../teardown/host/processes.ts';

/**
 * Memory of the processes that a machine consists of on this host, in bytes. A page that several share is counted in equal parts
 * (`Pss` of proc_pid_smaps_rollup(5)). A process is one of the machine's when it was started with the mark of its run, or its command line or cgroup names the machine.
 */
export const machineMemory = (runId: string, machineId: string): number =>
  listProc('/proc')
    .filter((pid) => /^\d+$/u.test(pid) && Number(pid) !== process.pid && belongs(pid, runId, machineId))
    .map((pid) => Number(/^Pss: +(\d+) kB$/mu.exec(readProc(`/proc/${pid}/smaps_rollup`))?.at(1) ?? 0) * 1024)
    .reduce((sum, bytes) => sum + bytes, 0);

const belongs = (pid: string, runId: string, machineId: string): boolean =>
  hasMark(pid, `PLUMBLINE_RUN=${runId}`) ||
  ['cmdline', 'cgroup'].some((file) => readProc(`/proc/${pid}/${file}`).includes(machineId));
