import type {VariableName} from './note.ts';

/** What stands in commands for what only a machine knows: nothing that a level or a scenario would write. */
export const PLACEHOLDERS: Readonly<Record<VariableName, string>> = {
  container: 'c0'.repeat(32),
  // Above the largest process id of Linux, proc_sys_kernel(5).
  pid: '4194999',
  // Of TEST-NET-3, RFC 5737.
  address: '203.0.113.80',
};

/** What a command says that is asked rather than told something. */
export interface PaperAnswer {
  readonly stdout: string;
  /** The variable that keeps it, and how a shell finds it in the output. */
  readonly binds?: {
    readonly variable: VariableName;
    readonly filter?: readonly string[];
    /** Whether it may take a while to be said. Default: no. */
    readonly untilSaid?: boolean;
  };
}

/** The answer on paper to a command; `undefined` for one that does something and says nothing. `name` is the container's. */
export const paperAnswer = (argv: readonly string[], name: string): PaperAnswer | undefined =>
  ANSWERS.find(([words]) => words.every((word, index) => word === ANY || argv[index] === word))?.[1](argv, name);

const ANY = undefined;
const DIGEST = `sha256:${'0'.repeat(64)}`;

const ANSWERS: readonly (readonly [
  words: readonly (string | undefined)[],
  answer: (argv: readonly string[], name: string) => PaperAnswer,
])[] = [
  [['docker', 'create'], () => ({stdout: `${PLACEHOLDERS.container}\n`, binds: {variable: 'container'}})],
  [['docker', 'inspect', '--format', '{{.State.Pid}}'], () => ({stdout: PLACEHOLDERS.pid, binds: {variable: 'pid'}})],
  [
    ['docker', 'inspect', '--format', '{{.NetworkSettings.Networks.bridge.IPAddress}}'],
    () => ({stdout: PLACEHOLDERS.address, binds: {variable: 'address'}}),
  ],
  [['docker', 'inspect', '--format'], () => ({stdout: DIGEST})],
  [['docker', 'inspect'], () => ({stdout: JSON.stringify([{Image: DIGEST}, {Id: DIGEST, RepoDigests: [DIGEST]}])})],
  [['docker', 'image', 'inspect'], () => ({stdout: DIGEST})],
  [['docker', 'logs'], () => ({stdout: ''})],
  [['ctr', 'images', 'list'], () => ({stdout: DIGEST})],
  [
    ['ctr', 'tasks', 'list'],
    (_argv, name) => ({
      stdout: `TASK PID STATUS\n${name} ${PLACEHOLDERS.pid} RUNNING\n`,
      binds: {
        variable: 'pid',
        filter: ['awk', `$1 == "${name}" && $3 == "RUNNING" {print $2}`],
        untilSaid: true,
      },
    }),
  ],
  [
    [ANY, 'state'],
    () => ({
      stdout: JSON.stringify({status: 'running', pid: Number(PLACEHOLDERS.pid)}),
      binds: {variable: 'pid', filter: ['sed', '-n', String.raw`s/^ *"pid": \([1-9][0-9]*\),$/\1/p`], untilSaid: true},
    }),
  ],
  [
    ['ip', '-json'],
    () => ({
      stdout: JSON.stringify([{addr_info: [{local: PLACEHOLDERS.address}]}]),
      binds: {variable: 'address', filter: ['sed', String.raw`s/.*"local":"\([0-9.]*\)".*/\1/`]},
    }),
  ],
  [['test'], () => ({stdout: ''})],
  [['cat'], () => ({stdout: ''})],
];
