import {constants} from 'node:os';
import type {FactValue} from './fact.ts';
import {parseStatus} from './credentials.ts';

/** Text of a file of `/proc/PID`; empty where it can't be read. */
export type ProcText = (file: string) => string;

/** Files that {@link keptAttributes} reads. */
export const KEPT_IN = [
  'status',
  'stat',
  'oom_score_adj',
  'personality',
  'loginuid',
  'coredump_filter',
  'timerslack_ns',
] as const;

/**
 * How a process runs, apart from what it may do: what execve(2) keeps, so that a program has it from whoever started it.
 * https://man7.org/linux/man-pages/man2/execve.2.html
 */
export const keptAttributes = (textOf: ProcText): Record<string, FactValue> => {
  const status = parseStatus(textOf('status'));
  const stat = statFields(textOf('stat'));
  const facts: Record<string, FactValue> = {
    'process.nice': Number(stat[16]),
    'process.scheduler': Number(stat[38]),
    'process.realtimePriority': Number(stat[37]),
    'process.terminal': Number(stat[4]),
    'process.signals.blocked': signalNames(status.get('SigBlk') ?? '0'),
    'process.signals.ignored': signalNames(status.get('SigIgn') ?? '0'),
    'process.cpus': status.get('Cpus_allowed_list') ?? null,
    'process.memoryNodes': status.get('Mems_allowed_list') ?? null,
    'process.hugePages': status.get('THP_enabled') === '0' ? 'off' : 'on',
  };
  const texts: Readonly<Record<string, string>> = {
    'process.oomScoreAdj': textOf('oom_score_adj'),
    'process.personality': textOf('personality'),
    // -1 as an unsigned number; https://man7.org/linux/man-pages/man5/proc_pid_loginuid.5.html
    'process.loginUid': textOf('loginuid').replace('4294967295', 'unset'),
    'process.coredumpFilter': textOf('coredump_filter'),
    'process.timerSlack': textOf('timerslack_ns'),
  };
  for (const [path, text] of Object.entries(texts)) {
    if (text.trim() !== '') {
      facts[path] = path === 'process.oomScoreAdj' ? Number(text) : text.trim();
    }
  }
  return facts;
};

/** Fields of the stat file from the third, which is the first behind a name that may have spaces. */
export const statFields = (text: string): string[] => text.replace(/^.*\) /s, '').split(' ');

/** Names of the signals in a mask of the status file. */
export const signalNames = (mask: string): string[] => {
  const bits = BigInt(`0x${mask}`);
  const names = new Map(Object.entries(constants.signals).map(([name, number]) => [number, name]));
  return Array.from({length: 64}, (_, bit) => bit)
    .filter((bit) => (bits >> BigInt(bit)) & 1n)
    .map((bit) => names.get(bit + 1) ?? `signal ${bit + 1}`);
};
