import {mkdtemp, rm, symlink} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {plumbline} from './plumbline-process.ts';

// What is wrong with the question is told before anything is looked at on this host: these need no root and no machine.
const wrong: readonly (readonly [command: string, sentence: string])[] = [
  [
    'podman',
    `Cannot read the command line: unknown command 'podman', "plumbline help" and "--help" list what there is`,
  ],
  [
    'cache stale',
    "Cannot read the command line: too many arguments for 'cache'. Expected 0 arguments but got 1: stale",
  ],
  [
    'run --fast',
    `Cannot read the command line: unknown option '--fast', "plumbline help" and "--help" list what there is`,
  ],
  ['run --level', "Cannot read the command line: option '--level <names>' argument missing"],
  [
    'run --level podman',
    "Cannot read the command line: option '--level <names>' argument 'podman' is wrong: there is no level \"podman\", only docker, ctr, runc",
  ],
  [
    'run --shard 0/3',
    "Cannot read the command line: option '--shard <i/n>' argument '0/3' is wrong: it must be like 1/3: a part, and how many there are, 10000 at most",
  ],
  [
    'list --shard 1/1000000',
    "Cannot read the command line: option '--shard <i/n>' argument '1/1000000' is wrong: it must be like 1/3: a part, and how many there are, 10000 at most",
  ],
  [
    'run --shard 10000/10000 scenarios/nginx.scenario.ts',
    'Cannot run anything: part 10000/10000 is empty, there are only 5 cells to share out',
  ],
  [
    'run --repeat 0',
    "Cannot read the command line: option '--repeat <n>' argument '0' is wrong: it must be a whole number from 1 to 10000",
  ],
  ['run --grep serves --grep stops', "Cannot read the command line: option '--grep <text>' can be given only once"],
  [
    'cache --prune --older-than 3 --older-than=30',
    "Cannot read the command line: option '--older-than <days>' can be given only once",
  ],
  [
    'run --runtime buster',
    'Cannot load runtime set "buster": there is none of this name, known are bookworm, forky, trixie',
  ],
  ['run absent.scenario.ts', 'Cannot read the scenario file "absent.scenario.ts": there is no such file'],
  [`run ${'a'.repeat(300)}`, `Cannot read the scenario file "${'a'.repeat(300)}": there is no such file`],
  [
    'run nginx',
    'Cannot read the scenario file "nginx": there is no such file, but there is "scenarios/nginx.scenario.ts"',
  ],
  ['run vms', 'Cannot read scenarios from "vms": the folder has no file whose name ends in .scenario.ts'],
  ['run package.json', 'Cannot read the scenario file "package.json": its name must end in .scenario.ts'],
  ['run --grep nowhere', 'Cannot run anything: no cell\'s name contains "nowhere", "plumbline list" prints them all'],
  [
    'run --shard 9/9 scenarios/nginx.scenario.ts',
    'Cannot run anything: part 9/9 is empty, there are only 5 cells to share out',
  ],
  ['cache --older-than 3', 'Cannot use --older-than without --prune: it says what is removed'],
  [
    'run --failed --repeat 3',
    "Cannot read the command line: option '--failed' cannot be used with option '--repeat <n>'",
  ],
  [
    'run --failed --shard 1/2',
    "Cannot read the command line: option '--failed' cannot be used with option '--shard <i/n>'",
  ],
  [
    'measure --runtime buster',
    'Cannot load runtime set "buster": there is none of this name, known are bookworm, forky, trixie',
  ],
  ['run --runc absent', 'Cannot use the OCI runtime "absent": there is no such file'],
  ['run --runc scenarios', 'Cannot use the OCI runtime "scenarios": it is not a file'],
  ['run --runc LICENSE', 'Cannot use the OCI runtime "LICENSE": it is not executable, "chmod +x" makes it so'],
];

test.for(wrong)('"%s" is refused with one sentence', {timeout: 30_000}, async ([command, sentence]) => {
  const {exitCode, stdout, stderr} = await plumbline(command.split(' '));
  expect({exitCode, stdout, stderr}).toEqual({exitCode: 2, stdout: '', stderr: `${sentence}\n`});
});

test.for([
  ['run', '--machine', 'sandbox'],
  ['upgrade', '--from', 'bookworm', '--to', 'trixie'],
])(
  'what has no processor to accelerate is refused with the names of what has, case %#',
  {timeout: 30_000},
  async (argv) => {
    const {exitCode, stderr} = await plumbline([...argv, '--accel', 'tcg']);
    expect(stderr).toBe('Cannot use --accel with the machine "sandbox": only "lima", "vagrant", "qemu" take it\n');
    expect(exitCode).toBe(2);
  },
);

test('an unknown machine is refused with the names of those there are', {timeout: 30_000}, async () => {
  const {exitCode, stderr} = await plumbline(['run', '--machine', 'mainframe']);
  expect(stderr).toMatch(/^Cannot use the machine "mainframe": there are auto, [a-z, ]*sandbox[a-z, ]*\n$/v);
  expect(exitCode).toBe(2);
});

test('a bench finds its scenario from any folder', {timeout: 30_000}, async () => {
  const {exitCode, stderr} = await plumbline(['bench', '--machine', 'mainframe'], {INIT_CWD: '/'});
  expect(stderr).toMatch(/^Cannot use the machine "mainframe": /v);
  expect(exitCode).toBe(2);
});

test('without a command it says which there are', {timeout: 30_000}, async () => {
  const {exitCode, stderr} = await plumbline([]);
  expect(stderr).toContain('Usage: plumbline');
  expect(exitCode).toBe(2);
});

test('a page that can not be written is refused with its place', {timeout: 30_000}, async () => {
  const {exitCode, stderr} = await plumbline(['compare', 'bookworm', 'forky', '--html', 'LICENSE/page.html']);
  expect(stderr).toMatch(/^Cannot write the page to ".*\/LICENSE\/page\.html": E[A-Z]+: .*\n$/v);
  expect(exitCode).toBe(2);
});

test('who reads no further does not end a command', {timeout: 30_000}, async () => {
  const tool = plumbline(['compare', 'bookworm', 'bookworm', '--json'], {});
  tool.stdout.destroy();
  expect(await tool).toMatchObject({exitCode: 0, stderr: ''});
});

test.for([
  [[], 'stdout'],
  [['--json'], 'stderr'],
] as const)(
  'that there is nothing to run is no record of a run, with %j',
  {timeout: 30_000},
  async ([flags, place]) => {
    const reports = await mkdtemp(join(tmpdir(), 'reports-'));
    onTestFinished(() => rm(reports, {recursive: true}));
    // All its cells passed.
    await symlink(resolve('reports/baselines/bookworm'), join(reports, 'latest'));
    const {exitCode, stdout, stderr} = await plumbline(['run', '--failed', '--reports', reports, ...flags]);
    expect({exitCode, stdout, stderr}).toEqual({
      exitCode: 0,
      stdout: '',
      stderr: '',
      [place]: 'Nothing to run: every cell of the last run passed\n',
    });
  },
);
