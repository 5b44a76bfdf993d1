import {expect, test} from 'vitest';
import {observeExec} from './exec.ts';
import {execFacts, greetingIn} from './exec-look.ts';

const STATUS = `Name:	head
Umask:	0022
Uid:	0	0	0	0
Gid:	0	0	0	0
Groups:	0 27
SigBlk:	0000000000000800
SigIgn:	0000000000000200
CapInh:	0000000000000000
CapPrm:	0000000000000021
CapEff:	0000000000000021
CapBnd:	0000000000000021
CapAmb:	0000000000000000
NoNewPrivs:	1
Seccomp:	2
Seccomp_filters:	1
`;
const LIMITS = `Limit                     Soft Limit           Hard Limit           Units
Max open files            1024                 4096                 files
`;
const STAT = `9 (head) R 8 8 8 0 -1 4194304 94 0 0 0 0 0 0 0 25 5 1 0 12 5 6 7 1 1 0 0 0 0 0 0 0 0 0 0 17 1 0 3 0 0 0\n`;
const DESCRIPTORS = ['0 -> pipe:[5]', '1 -> pipe:[6]', '2 -> pipe:[7]', '3 -> /etc/os-release', '4 -> /proc/10/fd'];

const filesOf = (files: Readonly<Record<string, string>>): string =>
  Object.entries(files)
    .map(([name, text]) => `==> /proc/${name} <==\n${text}`)
    .join('\n');

const listingOf = (folders: Readonly<Record<string, readonly string[]>>): string =>
  Object.entries(folders)
    .map(
      ([name, links]) =>
        `/proc/${name}:\ntotal 0\n${links.map((link) => `lrwxrwxrwx 1 0 0 0 Jan  1 00:00 ${link}\n`).join('')}`,
    )
    .join('\n');

const text = ({
  cgroup = '5:pids:/a\n',
  environment = 'SHLVL=1\nPATH=/bin\n',
  ofInit = ['mnt -> mnt:[7]', 'net -> net:[1]'],
  stat = STAT,
} = {}) =>
  [
    filesOf({
      'self/status': STATUS,
      'self/stat': stat,
      'self/oom_score_adj': '300\n',
      'self/limits': LIMITS,
      'self/cgroup': cgroup,
      '1/cgroup': '5:pids:/a\n',
    }),
    environment,
    '/\n',
    listingOf({'self/fd': DESCRIPTORS, 'self/ns': ['mnt -> mnt:[7]', 'net -> net:[1]'], '1/ns': ofInit}),
  ]
    .map((part) => `${part}---\n`)
    .join('');

test('a command beside a workload has rights, limits, an environment and a place of its own', () => {
  expect(execFacts(text())).toMatchObject({
    'exec.process.capabilities.effective': ['CAP_CHOWN', 'CAP_KILL'],
    'exec.process.groups': ['0', '27'],
    'exec.process.noNewPrivileges': true,
    'exec.process.seccomp.mode': 'filter',
    'exec.process.rlimits.RLIMIT_NOFILE.soft': 1024,
    'exec.process.rlimits.RLIMIT_NOFILE.hard': 4096,
    'exec.environment': ['PATH=/bin'],
    'exec.cwd': '/',
    'exec.cgroup': "that of the workload's init",
    'exec.namespaces': [],
  });
});

test('it has what its runtime passed on: signals, priorities, descriptors', () => {
  expect(execFacts(text())).toMatchObject({
    'exec.process.signals.blocked': ['SIGUSR2'],
    'exec.process.signals.ignored': ['SIGUSR1'],
    'exec.process.nice': 5,
    'exec.process.scheduler': 3,
    'exec.process.oomScoreAdj': 300,
    'exec.process.fds.others': ['/etc/os-release'],
    'exec.process.session': 'leads its own',
  });
});

test('one that runs elsewhere is told from one that runs beside the workload', () => {
  expect(
    execFacts(
      text({
        cgroup: '5:pids:/b\n',
        ofInit: ['mnt -> mnt:[8]', 'net -> net:[1]'],
        stat: STAT.replace('8 8 8', '8 8 1'),
      }),
    ),
  ).toMatchObject({
    'exec.cgroup': 'another',
    'exec.namespaces': ['mnt'],
    'exec.process.session': 'of another process',
  });
});

test('a secret in its environment is not shown, however many lines it has', () => {
  const environment = 'DB_PASSWORD=a=b\nTLS_KEY=-----BEGIN KEY-----\nabc\nOPTIONS=a=b\nTOKEN=\n';
  expect(execFacts(text({environment}))['exec.environment']).toEqual([
    'DB_PASSWORD=<redacted>',
    'OPTIONS=a=b',
    'TLS_KEY=<redacted>',
    'TOKEN=',
  ]);
});

test('what an init hides from a command is not held against it', () => {
  expect(execFacts(text({ofInit: ['mnt', 'net']}))['exec.namespaces']).toEqual([]);
});

test('what it wrote before it looked is told from what it saw', () => {
  expect(greetingIn(`out\n${text()}`)).toBe('out\n');
  expect(greetingIn('')).toBe('');
  expect(greetingIn(`out\n${text()}err\n`)).toBe('out\nerr\n');
  expect(execFacts(`out\nerr\n${text()}`)).toEqual(execFacts(text()));
});

const ended = (exitCode: number, stdout = '') => ({
  argv: [],
  exitCode,
  signal: undefined,
  stdout,
  stderr: '',
  durationMs: 1,
});

const whole = `out\n${text()}err\n`;

test.each([
  [[whole], 'seen', {hits: 0, of: 1}],
  [['', text().slice(0, -9), whole], 'seen', {hits: 2, of: 3}],
  // Standard error alone is lost.
  [[text(), whole], 'seen', {hits: 1, of: 2}],
  [['', '', ''], 'no output', {hits: 3, of: 3}],
])('what a client loses is counted and asked again, case %#', async (outputs, look, outputLost) => {
  const looks = outputs.map((output) => ended(0, output));
  const seen = await observeExec({
    exec: async ([file, , script]) => (file === 'sh' && script !== 'exit 7' ? looks.shift() : undefined) ?? ended(7),
  });
  expect(seen).toMatchObject({facts: {'lifecycle.exec.look': look}, outputLost});
  expect('exec.cwd' in seen.facts).toBe(look === 'seen');
});
