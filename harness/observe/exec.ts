import type {RunningWorkload} from '../levels/level.ts';
import {untilWhole} from '../levels/whole-output.ts';
import {execFacts, greetingIn, isWholeGreeting, isWholeLook, LOOK} from './exec-look.ts';
import type {FactFamily, Observation, Rate} from './fact.ts';
import {shownOutput} from './shown-output.ts';

const INSIDE = '`exec` at each level';

/** What {@link observeExec} reports. */
export const execFamilies: readonly FactFamily[] = [
  {
    path: 'lifecycle.exec.look',
    meaning: '`seen`, or why a command that looks around told nothing of `exec.*`',
    source: INSIDE,
  },
  {
    path: 'lifecycle.exec.outputLost',
    meaning: 'how often a command that ended with 0 told nothing or not all, at three tries at the most; a rate',
    source: INSIDE,
  },
  {path: 'lifecycle.exec.exitCode', meaning: 'exit code for a command that ends with 7', source: INSIDE},
  {
    path: 'lifecycle.exec.output',
    meaning: 'lines that come out of a command that writes `out` and `err`, with their stream',
    source: INSIDE,
  },
  {path: 'lifecycle.exec.missing', meaning: 'exit code for a command that is not there', source: INSIDE},
  {
    path: 'exec.process.*',
    meaning: 'ids, capabilities, seccomp, signals, priorities… of a command beside the workload, as of its init',
    source: `${INSIDE} of \`head\` of \`/proc/self/status\`, \`stat\` and others`,
  },
  {path: 'exec.process.rlimits.*', meaning: 'its limits', source: `${INSIDE} of \`head /proc/self/limits\``},
  {
    path: 'exec.process.fds.others',
    meaning: 'what its descriptors beyond the standard ones lead to, each kind with its number',
    source: `${INSIDE} of \`ls -ln /proc/self/fd\``,
  },
  {path: 'exec.environment', meaning: 'its environment', source: `${INSIDE} of \`env\``},
  {path: 'exec.cwd', meaning: 'its working directory', source: `${INSIDE} of \`pwd\``},
  {
    path: 'exec.cgroup',
    meaning: "whether it is in the cgroups of the workload's init",
    source: `${INSIDE} of \`head /proc/self/cgroup\``,
  },
  {
    path: 'exec.namespaces',
    meaning: "namespaces that are not those of the workload's init",
    source: `${INSIDE} of \`ls -ln /proc/self/ns\``,
  },
  {path: 'time.exec', meaning: 'from the command to its end', source: INSIDE},
];

/** What {@link observeExec} has seen. */
export interface ExecObservation extends Observation {
  readonly outputLost: Rate;
}

/** Runs commands beside a workload, through its runtime, one after the other: what comes of them, and what they are allowed. */
export const observeExec = async (running: Pick<RunningWorkload, 'exec'>): Promise<ExecObservation> => {
  const {result: look, lost: outputLost} = await untilWhole(
    () => running.exec(['sh', '-c', LOOK]),
    (result) => isWholeLook(result.stdout) && isWholeGreeting(result),
  );
  const seen = look.exitCode !== 0 ? `exit code ${look.exitCode}` : isWholeLook(look.stdout) ? 'seen' : 'no output';
  const good = await running.exec(['sh', '-c', 'exit 7']);
  const missing = await running.exec(['/nonexistent/command']);
  return {
    facts: {
      ...(seen === 'seen' ? execFacts(look.stdout) : {}),
      'lifecycle.exec.look': seen,
      'lifecycle.exec.exitCode': good.exitCode ?? null,
      'lifecycle.exec.output': shownOutput({stdout: greetingIn(look.stdout), stderr: look.stderr}),
      'lifecycle.exec.missing': missing.exitCode ?? null,
    },
    measurements: {'time.exec': {value: good.durationMs, unit: 'ms'}},
    outputLost,
  };
};
