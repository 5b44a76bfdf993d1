import {stripVTControlCharacters} from 'node:util';

/** A complaint of the kernel about itself. */
export interface ConsoleFinding {
  readonly kind: 'panic' | 'oops' | 'hung task' | 'out of memory' | 'lockup';
  readonly line: string;
}

/** What kernels print, from kernel/panic.c, arch/x86/kernel/dumpstack.c, kernel/hung_task.c, mm/oom_kill.c, kernel/watchdog.c. */
const patterns: readonly (readonly [ConsoleFinding['kind'], RegExp])[] = [
  ['panic', /Kernel panic - not syncing/u],
  [
    'oops',
    /\b(?:Oops: [0-9a-f]{4}|Internal error: Oops|BUG: (?:unable to handle|kernel NULL pointer|Bad page)|kernel BUG at |general protection fault,)/u,
  ],
  ['hung task', /INFO: task .+ blocked for more than \d+ seconds/u],
  // A limit of a container that was reached says "Memory cgroup out of memory", which may be what a scenario is about.
  ['out of memory', /\bOut of memory: Killed process/u],
  ['lockup', /(?:soft lockup - CPU#|hard LOCKUP on cpu|rcu: INFO: rcu_\w+ (?:self-)?detected stall)/u],
];

/** The first complaint in what a console printed, or `undefined` where there is none. */
export const findComplaint = (text: string): ConsoleFinding | undefined => {
  for (const line of text.split(/\r?\n/u)) {
    for (const [kind, pattern] of patterns) {
      if (pattern.test(line)) return {kind, line: line.trim().slice(0, 300)};
    }
  }
  return undefined;
};

/** The last lines of a console, for a sentence. */
export const lastLines = (text: string, count = 4): string =>
  stripVTControlCharacters(text)
    .split(/\r?\n/u)
    .map((line) => line.trim())
    .filter(Boolean)
    .slice(-count)
    .join(' | ')
    .slice(-700);
