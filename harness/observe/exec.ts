import type {RunningWorkload} from '../levels/level.ts';
import {credentialFacts} from './credentials.ts';
import type {FactFamily, FactValue, Observation} from './fact.ts';
import {limitFacts} from './limits.ts';

const INSIDE = '`exec` at each level';

/** What {@link observeExec} reports. */
export const execFamilies: readonly FactFamily[] = [
  {path: 'lifecycle.exec.exitCode', meaning: 'exit code for a command that ends with 7', source: INSIDE},
  {path: 'lifecycle.exec.missing', meaning: 'exit code for a command that is not there', source: INSIDE},
  {
    path: 'exec.process.*',
    meaning: 'ids, capabilities, seccomp… of a command beside the workload, as of its init',
    source: `${INSIDE} of \`cat /proc/self/status\``,
  },
  {path: 'exec.process.rlimits.*', meaning: 'its limits', source: `${INSIDE} of \`cat /proc/self/limits\``},
  {path: 'exec.environment', meaning: 'its environment', source: `${INSIDE} of \`env\``},
  {path: 'exec.cwd', meaning: 'its working directory', source: `${INSIDE} of \`pwd\``},
  {
    path: 'exec.cgroup',
    meaning: "whether it is in the cgroups of the workload's init",
    source: `${INSIDE} of \`cat /proc/self/cgroup\``,
  },
  {
    path: 'exec.namespaces',
    meaning: "namespaces that are not those of the workload's init",
    source: `${INSIDE} of \`readlink\``,
  },
  {path: 'time.exec', meaning: 'from the command to its end', source: INSIDE},
];

// Constant text. PID 1 is the workload's init wherever it has a pid namespace of its own, which every level gives it.
const LOOK = [
  'cat /proc/self/status',
  'cat /proc/self/limits',
  'env',
  'pwd',
  'cat /proc/self/cgroup',
  'cat /proc/1/cgroup',
  'for one in cgroup ipc mnt net pid user uts; do echo "$one $(readlink /proc/self/ns/$one) $(readlink /proc/1/ns/$one)"; done',
].join(`; echo '---'; `);

/** Runs commands beside a workload, through its runtime, one after the other: what comes of them, and what they are allowed. */
export const observeExec = async (running: Pick<RunningWorkload, 'exec'>): Promise<Observation> => {
  const look = await running.exec(['sh', '-c', LOOK]);
  const good = await running.exec(['sh', '-c', 'exit 7']);
  const missing = await running.exec(['/nonexistent/command']);
  return {
    facts: {
      ...(look.exitCode === 0 ? execFacts(look.stdout) : {}),
      'lifecycle.exec.exitCode': good.exitCode ?? null,
      'lifecycle.exec.missing': missing.exitCode ?? null,
    },
    measurements: {'time.exec': {value: good.durationMs, unit: 'ms'}},
  };
};

/** What the look inside printed, as facts. */
export const execFacts = (text: string): Record<string, FactValue> => {
  const [status = '', limits = '', environment = '', cwd = '', cgroup = '', cgroupOfInit = '', namespaces = ''] =
    text.split('---\n');
  const facts: Record<string, FactValue> = {
    'exec.environment': environment
      .split('\n')
      .filter((line) => line !== '' && !OF_SHELL.test(line))
      .toSorted(),
    'exec.cwd': cwd.trim(),
    'exec.cgroup': cgroup === cgroupOfInit ? "that of the workload's init" : 'another',
    'exec.namespaces': namespaces
      .split('\n')
      .map((line) => line.split(' '))
      // Of an init with capabilities that it has not itself a command is not told.
      .flatMap(([name = '', own, ofInit = '']) => (own === ofInit || ofInit === '' ? [] : [name])),
  };
  for (const [path, value] of Object.entries({...credentialFacts(status), ...limitFacts(limits)})) {
    facts[`exec.${path}`] = value;
  }
  return facts;
};

/** What a shell sets by itself, and names of containers, which are the workload's too. */
const OF_SHELL = /^(_|SHLVL|PWD|OLDPWD|HOSTNAME)=/;
