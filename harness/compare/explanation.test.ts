import {mkdtempDisposable, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {UsageError} from '../../vms/errors.ts';
import type {FactValue} from '../observe/fact.ts';
import {compareRuns} from './comparison.ts';
import {exampleMachine} from '../report/example-run.ts';
import {exampleLoadedRun, type ExampleCell} from './example-runs.ts';
import {loadRun, type LoadedRun} from './loaded-run.ts';
import {explanationsFile, readExplanations, type Explanation} from './explanation.ts';

const old = exampleLoadedRun([{level: 'docker', facts: {'process.umask': '0022'}}]);
const recent = exampleLoadedRun([{level: 'docker', facts: {'process.umask': '0077'}}]);
const today = new Date('2026-11-23T12:00:00Z');

const explanation: Explanation = {
  fact: 'process.*',
  from: '*',
  to: 'trixie',
  reason: 'the engine sets a mask of its own',
  link: 'https://example.org/notes',
  expires: '2026-11-23',
};

describe('a change that is explained', () => {
  test.each<[string, Partial<Explanation>, number]>([
    ['counts on its last day', {}, 0],
    ['does not count after it', {expires: '2026-11-22'}, 1],
    ['counts for its facts alone', {fact: 'oci.*'}, 1],
    ['counts for its runtime sets alone', {to: 'forky'}, 1],
    ['counts for its change', {change: '0022 -> *'}, 0],
    ['does not count for another change', {change: '0022 -> 0000'}, 1],
    ['counts at its levels alone', {levels: ['ctr']}, 1],
    ['counts at one of its levels', {levels: ['ctr', 'docker']}, 0],
  ])('%s', (_, changes, unexplained) => {
    expect(compareRuns(old, recent, {explanations: [{...explanation, ...changes}], today}).unexplained).toBe(
      unexplained,
    );
  });

  test('is known by the version that brings it, whatever the sets are called', () => {
    const upgraded = (from: string, to: string) => {
      const [before, after] = [from, to].map((docker) =>
        exampleLoadedRun([{level: 'docker', facts: {'process.umask': docker === from ? '0022' : '0077'}}], {
          machines: [{...exampleMachine(), versions: {docker}}],
        }),
      );
      const {from: _from, to: _to, ...since} = {...explanation, since: {docker: '26.0'}};
      return compareRuns(before as LoadedRun, after as LoadedRun, {explanations: [since], today}).unexplained;
    };
    expect(upgraded('20.10.24+dfsg1', '26.0.0')).toBe(0);
    expect(upgraded('20.10.24+dfsg1', '28.5.2+dfsg4')).toBe(0);
    expect(upgraded('26.0.0', '28.5.2')).toBe(1);
    expect(upgraded('20.10.24', '25.0.9')).toBe(1);
    expect(upgraded('28.5.2', '20.10.24')).toBe(1);
  });

  test('needs an explanation for each item of a list, from one entry or several', () => {
    const list = (...items: string[]) => exampleLoadedRun([{level: 'docker', facts: {'oci.linux.maskedPaths': items}}]);
    const [a, b] = ['+/a', '+/b'].map((change) => ({...explanation, fact: 'oci.*', change})) as [
      Explanation,
      Explanation,
    ];
    const compared = (explanations: Explanation[]) =>
      compareRuns(list('/x'), list('/x', '/a', '/b'), {explanations, today});
    expect(compared([a]).unexplained).toBe(1);
    const {unexplained, differences} = compared([a, b]);
    expect(unexplained).toBe(0);
    expect(differences[0]?.explanations).toEqual([a, b]);
    expect(compared([a, {...b, expires: '2026-01-01'}]).expired).toEqual([{...b, expires: '2026-01-01'}]);
  });

  test('of a list explains the items it names, and no other that came with them', () => {
    const options = (...items: string[]) =>
      exampleLoadedRun([{level: 'docker', facts: {'mounts./mnt.options': items}}]);
    const compared = (change: string) =>
      compareRuns(options('ro', 'relatime'), options('nodev', 'nosuid', 'rw', 'relatime'), {
        explanations: [{...explanation, fact: 'mounts.*', change}],
        today,
      }).unexplained;
    expect(compared('+no*')).toBe(1);
    expect(compared('*rw, -ro')).toBe(1);
    expect(compared('*')).toBe(0);
  });

  test('at two levels may be explained at each by another entry', () => {
    const run = (umask: string) =>
      exampleLoadedRun((['docker', 'ctr'] as const).map((level) => ({level, facts: {'process.umask': umask}})));
    const [docker, ctr] = (['docker', 'ctr'] as const).map((level) => ({...explanation, levels: [level]})) as [
      Explanation,
      Explanation,
    ];
    const compared = (explanations: Explanation[]) => compareRuns(run('0022'), run('0077'), {explanations, today});
    expect(compared([docker, ctr])).toMatchObject({
      differences: [{scope: 'docker, ctr', explanations: [docker, ctr]}],
      unexplained: 0,
    });
    expect(compared([docker]).unexplained).toBe(1);
    expect(compared([docker, {...ctr, change: '0022 -> 0000'}]).unexplained).toBe(1);
    const past = {...ctr, expires: '2026-01-01'};
    expect(compared([docker, past])).toMatchObject({unexplained: 1, expired: [past]});
  });

  test('needs an explanation for what each cell lost', () => {
    const shares = (level: 'docker' | 'ctr', value?: number): ExampleCell => ({
      level,
      facts: {'process.cwd': '/', ...(value !== undefined && {'oci.linux.resources.cpu.shares': value})},
    });
    const gone = exampleLoadedRun([shares('docker'), shares('ctr')]);
    const [nothing, limit] = ['was 0', 'was 512'].map((change) => ({...explanation, fact: 'oci.*', change})) as [
      Explanation,
      Explanation,
    ];
    const before = exampleLoadedRun([shares('docker', 0), shares('ctr', 512)]);
    expect(compareRuns(before, gone, {explanations: [nothing], today})).toMatchObject({
      differences: [{changes: ['was 0', 'was 512']}],
      unexplained: 1,
    });
    expect(compareRuns(before, gone, {explanations: [nothing, limit], today}).unexplained).toBe(0);
    const compared = (ofNothing: 'docker' | 'ctr', ofLimit: 'docker' | 'ctr') => {
      const explanations = [
        {...nothing, levels: [ofNothing]},
        {...limit, levels: [ofLimit]},
      ];
      return compareRuns(before, gone, {explanations, today}).unexplained;
    };
    expect(compared('docker', 'ctr')).toBe(0);
    expect(compared('ctr', 'docker')).toBe(1);
  });

  test('is named when it has expired', () => {
    const expired = {...explanation, expires: '2026-11-22'};
    expect(compareRuns(old, recent, {explanations: [expired], today}).expired).toEqual([expired]);
  });
});

const ALLOWED = 'oci.linux.seccomp.syscalls.SCMP_ACT_ALLOW';

/** What the tool says of one fact between virtual machines with everything old and everything new. */
const upgraded = async (
  level: ExampleCell['level'],
  fact: string,
  before: FactValue | undefined,
  after: FactValue | undefined,
) => {
  const run = (value: FactValue | undefined, versions: Record<string, string>) =>
    exampleLoadedRun([{level, facts: {'process.cwd': '/', ...(value !== undefined && {[fact]: value})}}], {
      machines: [{...exampleMachine(), traits: {acceleration: 'tcg'}, versions}],
    });
  return compareRuns(
    run(before, {docker: '20.10.24', containerd: '1.6.20', runc: '1.1.5', kernel: '6.1'}),
    run(after, {docker: '28.5.2', containerd: '2.1.9', runc: '1.3.6', kernel: '7.2'}),
    {explanations: await readExplanations(explanationsFile), today},
  );
};

test('the file that comes with the tool is right', async () => {
  expect(await readExplanations(explanationsFile)).toBeInstanceOf(Array);
});

test.each([
  ['bookworm', 'trixie'],
  ['bookworm', 'forky'],
  ['trixie', 'forky'],
])(
  'the file that comes with the tool explains what differs between the baselines %s and %s',
  {timeout: 30_000},
  async (before, after) => {
    const reports = join(import.meta.dirname, '../../reports');
    const [explanations, one, other] = await Promise.all([
      readExplanations(explanationsFile),
      loadRun(before, reports),
      loadRun(after, reports),
    ]);
    const {differences} = compareRuns(one, other, {explanations, today});
    expect(differences.length).toBeGreaterThan(0);
    expect(differences.filter((difference) => difference.explanations === undefined)).toEqual([]);
  },
);

test.each<[string, ExampleCell['level'], string, FactValue | undefined, FactValue]>([
  ['a call that the filter no longer refuses', 'docker', 'isolation.calls.keyctl', 'EPERM', 'as the kernel'],
  ['a mount that ctr no longer refuses', 'ctr', 'isolation.calls.mount', 'EPERM', 'as the kernel'],
  ['a call that no filter allowed', 'docker', 'isolation.calls.clone3', 'ENOSYS', 'as the kernel'],
  ['another mask than that of the spec', 'runc', 'isolation.spec.umask.exec', '0022', '0000'],
  ['a rule that lets through', 'docker', 'machine.rules.ip.raw.PREROUTING', undefined, ['-j ACCEPT']],
  ['a limit that is gone', 'docker', 'cgroup.pids.max', 100, 'unlimited'],
  ['a limit of tasks that is nearly gone', 'docker', 'cgroup.pids.max', 24, 2318],
  ['a call that the filter of ctr allows', 'ctr', ALLOWED, ['read'], ['mount', 'read']],
  ['a hard limit as low as a soft one', 'docker', 'process.rlimits.RLIMIT_NOFILE.hard', 1_048_576, 1024],
  ['a soft limit as high as a hard one', 'docker', 'process.rlimits.RLIMIT_NOFILE.soft', 1_048_576, 524_288],
  ['a limit that docker asks for', 'docker', 'oci.process.rlimits.RLIMIT_NOFILE.soft', 1_048_576, 1024],
  ['a limit of processes that is gone', 'runc', 'process.rlimits.RLIMIT_NPROC.soft', 7767, 'unlimited'],
  ['a limit of signals that is gone', 'docker', 'process.rlimits.RLIMIT_SIGPENDING.soft', 7767, 'unlimited'],
  ['a rule that drops no more', 'docker', 'isolation.chains.iptables.raw', ['-A PREROUTING -j DROP'], []],
  ['rules at another level', 'ctr', 'isolation.chains.iptables.filter', [], ['-N DOCKER-CT']],
])('the file that comes with the tool does not explain %s', async (_, level, fact, before, after) => {
  expect(await upgraded(level, fact, before, after)).toMatchObject({differences: [{fact}], unexplained: 1});
});

test.each<[ExampleCell['level'], string, FactValue, FactValue]>([
  ['ctr', ALLOWED, ['read', 'socket'], ['fchmodat2', 'read', 'socket if arg0 NE 40']],
  ['docker', 'process.rlimits.RLIMIT_NOFILE.soft', 1_048_576, 1024],
  ['docker', 'exec.process.rlimits.RLIMIT_NOFILE.hard', 1_073_741_816, 524_288],
  ['docker', 'limits.exec.openFiles.soft', 1_073_741_816, 1024],
  ['runc', 'process.rlimits.RLIMIT_NPROC.hard', 7767, 7712],
  ['ctr', 'exec.process.rlimits.RLIMIT_SIGPENDING.soft', 7767, 7712],
  ['docker', 'cgroup.pids.max', 2330, 2318],
])(
  'the file that comes with the tool explains what virtual machines show: %s %s',
  async (level, fact, before, after) => {
    expect(await upgraded(level, fact, before, after)).toMatchObject({differences: [{fact}], unexplained: 0});
  },
);

test.each([
  ['trixie', 'process.rlimits.RLIMIT_NOFILE.soft', 0],
  ['trixie', 'exec.process.rlimits.RLIMIT_NOFILE.soft', 0],
  ['forky', 'limits.exec.openFiles.soft', 0],
  ['bookworm', 'process.rlimits.RLIMIT_NOFILE.soft', 1],
  ['bookworm', 'limits.exec.openFiles.soft', 1],
  ['trixie', 'oci.process.rlimits.RLIMIT_NOFILE.soft', 1],
])('a soft limit that falls from bookworm to %s: of %s %d is unexplained', async (to, fact, unexplained) => {
  const run = (runtimeSet: string, value: number) =>
    exampleLoadedRun([{level: 'docker', facts: {[fact]: value}, cell: {runtimeSet}}]);
  const explanations = await readExplanations(explanationsFile);
  expect(compareRuns(run('bookworm', 4096), run(to, 1024), {explanations, today}).unexplained).toBe(unexplained);
});

test.each([
  ['changes: [', /^Cannot read explanations ".*a\.yaml": /],
  [
    'changes: [{fact: a, reason: "long enough now", link: "https://x.org", expires: 2027-01-01}]',
    /has to have either "since" or both "from" and "to"/,
  ],
  [
    'changes: [{fact: a, from: b, to: c, reason: "long enough now", link: "ftp://x", expires: 2027-01-01}]',
    /"changes\.0\.link"/,
  ],
  [
    'changes: [{fact: a, from: b, to: c, reason: "long enough now", link: "https://x.org", expires: soon}]',
    /"changes\.0\.expires"/,
  ],
])('%s is refused', async (text, sentence) => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'explanations-'));
  const file = join(folder.path, 'a.yaml');
  await writeFile(file, text);
  const error = await readExplanations(file).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(UsageError);
  expect((error as Error).message).toMatch(sentence);
});
