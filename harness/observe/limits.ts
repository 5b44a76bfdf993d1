import type {FactValue} from './fact.ts';
import type {Observer} from './observer.ts';
import {wholeText} from './reading.ts';

/** Resource limits of the workload's init. https://man7.org/linux/man-pages/man5/proc_pid_limits.5.html */
export const limits: Observer = {
  name: 'limits',
  families: [
    {
      path: 'process.rlimits.*.soft',
      meaning: 'soft limit, a number in the unit of setrlimit(2) or `unlimited`',
      source: '`/proc/PID/limits`',
    },
    {path: 'process.rlimits.*.hard', meaning: 'hard limit', source: '`/proc/PID/limits`'},
  ],
  observe: (reading) => limitFacts(wholeText(reading, 'limits')),
};

/** What the text of a limits file says. */
export const limitFacts = (text: string): Record<string, FactValue> => {
  const facts: Record<string, FactValue> = {};
  for (const line of text.trim().split('\n').slice(1)) {
    const [, title = '', soft = '', hard = ''] = /^(.+?)\s{2,}(\S+)\s+(\S+)/.exec(line) ?? [];
    const name = NAMES[title] ?? title;
    facts[`process.rlimits.${name}.soft`] = valueOf(soft);
    facts[`process.rlimits.${name}.hard`] = valueOf(hard);
  }
  return facts;
};

const valueOf = (text: string): FactValue => (/^\d+$/.test(text) ? Number(text) : text);

const NAMES: Readonly<Record<string, string>> = {
  'Max cpu time': 'RLIMIT_CPU',
  'Max file size': 'RLIMIT_FSIZE',
  'Max data size': 'RLIMIT_DATA',
  'Max stack size': 'RLIMIT_STACK',
  'Max core file size': 'RLIMIT_CORE',
  'Max resident set': 'RLIMIT_RSS',
  'Max processes': 'RLIMIT_NPROC',
  'Max open files': 'RLIMIT_NOFILE',
  'Max locked memory': 'RLIMIT_MEMLOCK',
  'Max address space': 'RLIMIT_AS',
  'Max file locks': 'RLIMIT_LOCKS',
  'Max pending signals': 'RLIMIT_SIGPENDING',
  'Max msgqueue size': 'RLIMIT_MSGQUEUE',
  'Max nice priority': 'RLIMIT_NICE',
  'Max realtime priority': 'RLIMIT_RTPRIO',
  'Max realtime timeout': 'RLIMIT_RTTIME',
};
