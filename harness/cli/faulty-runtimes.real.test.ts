import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {compareRuns, type Comparison} from '../compare/comparison.ts';
import {loadRun, type LoadedRun} from '../compare/loaded-run.ts';
import {TestPlace} from './test-place.ts';

const oneOfEach = `scenario('is served', {
  workload: nginx,
  reach: {docker: usualReach.docker, ctr: {isolated: usualReach.ctr.isolated}, runc: usualReach.runc},
});`;

/** Nothing is waited for but the answer from inside, so that it can be repeated. */
const startedAlone = `scenario('is started', {
  workload: nginx,
  at: {docker: ['published'], ctr: ['isolated'], runc: ['netns']},
  check: () => Promise.resolve(),
});`;

/**
 * An OCI runtime that does something of its own before it becomes runc. `$sub` is the sub-command, `$config` the bundle's `config.json`,
 * `creating` holds for those that make a container, and `edit` rewrites the config with a sed script, joined to one line before.
 */
const faulty = (fault: string): string => `#!/bin/sh
sub= bundle=. previous=
for argument in "$@"; do
  case "$previous" in --bundle|-b) bundle=$argument ;; esac
  case "$argument" in create|run|start|kill|delete|exec) [ -n "$sub" ] || sub=$argument ;; esac
  previous=$argument
done
config=$bundle/config.json
creating() { [ "$sub" = create ] || [ "$sub" = run ]; }
edit() { tr -d '\\n\\t' <"$config" | sed -E "$1" >"$config.new" && cat "$config.new" >"$config" && rm "$config.new"; }
${fault}
exec runc "$@"
`;

interface Expected {
  readonly fact: string;
  readonly group: string;
  readonly scope: string;
}

const everywhere = (group: string, ...facts: string[]): Expected[] =>
  facts.map((fact) => ({fact, group, scope: 'all levels'}));

/** Puts a flag behind the sub-command. */
const withFlag = (sub: string, flag: string): string =>
  `for a; do shift; set -- "$@" "$a"; case $a in ${sub}) set -- "$@" ${flag} ;; esac; done`;

const FAULTS: readonly (readonly [name: string, fault: string, expected: readonly Expected[]])[] = [
  ['does nothing of its own', '', []],
  [
    'forgets a masked path',
    `creating && edit 's#"/proc/timer_list",?##'`,
    [
      ...everywhere('isolation', 'oci.linux.maskedPaths', 'paths./proc/timer_list'),
      ...everywhere(
        'isolation',
        ...['options', 'propagation', 'root', 'source', 'type'].map((part) => `mounts./proc/timer_list.${part}`),
      ),
    ],
  ],
  ['gives less time on the processor', 'creating && exec nice -n 5 runc "$@"', everywhere('limits', 'process.nice')],
  [
    'narrows a core dump',
    'creating && echo 0x1 >/proc/self/coredump_filter',
    everywhere('isolation', 'process.coredumpFilter'),
  ],
  [
    'halves a limit that the spec has no word for',
    'creating && exec prlimit --msgqueue=409600 runc "$@"',
    everywhere('limits', 'process.rlimits.RLIMIT_MSGQUEUE.hard', 'process.rlimits.RLIMIT_MSGQUEUE.soft'),
  ],
  [
    'kills where it was asked to stop',
    'if [ "$sub" = kill ]; then for a; do shift; case $a in 3|15) a=9 ;; esac; set -- "$@" "$a"; done; fi',
    [{fact: 'lifecycle.stop.exitCode', group: 'lifecycle', scope: 'docker, ctr'}],
  ],
  [
    'leaks a descriptor into the container',
    `if creating; then exec 3</etc/os-release; ${withFlag('create|run', '--preserve-fds 1')}; fi`,
    everywhere('isolation', 'process.fds.others'),
  ],
  [
    'passes on to commands what it has itself',
    `if [ "$sub" = exec ]; then
      umask 077; exec 3</etc/os-release; ${withFlag('exec', '--preserve-fds 1')}
      block='sigprocmask(SIG_BLOCK, POSIX::SigSet->new(SIGUSR2)); exec @ARGV'
      exec nice -n 5 perl -MPOSIX -e "$block" runc "$@"
    fi`,
    [
      ...everywhere('isolation', 'exec.process.fds.others', 'exec.process.umask'),
      ...everywhere('limits', 'exec.process.nice'),
      ...everywhere('lifecycle', 'exec.process.signals.blocked'),
    ],
  ],
  [
    'loses the output of a command',
    '[ "$sub" = exec ] && exec >/dev/null',
    everywhere('lifecycle', 'lifecycle.exec.look', 'lifecycle.exec.output'),
  ],
  [
    'leaves a mount behind',
    'if [ "$sub" = delete ] && ! mountpoint -q /mnt; then mount -t tmpfs planted /mnt; fi',
    [{fact: 'residue', group: 'residue', scope: 'all levels'}],
  ],
];

describe('a run with a faulty OCI runtime, against a run with a sound one', () => {
  let place: TestPlace;
  let sound: LoadedRun;

  const runWith = async (
    name: string,
    fault: string,
    scenario = 'served',
    flags: string[] = [],
  ): Promise<LoadedRun> => {
    const runtime = await place.file(name, faulty(fault), 0o755);
    await place.startRun(['--runc', runtime, ...flags, join(place.folder, `${scenario}.scenario.ts`)]);
    const id = (await place.records()).at(-1)?.id ?? '';
    return loadRun(id, join(place.folder, 'reports'));
  };

  beforeAll(async () => {
    place = await TestPlace.make();
    await place.scenario('served', oneOfEach);
    await place.scenario('started', startedAlone);
    sound = await runWith('sound', '');
  });
  afterAll(async () => place?.[Symbol.asyncDispose](), 60_000);

  test.each(FAULTS)('one that %s: that is what differs, and nothing else', async (name, fault, expected) => {
    const comparison = compareRuns(sound, await runWith(name.replaceAll(' ', '-'), fault));
    expect(summary(comparison)).toEqual(sorted(expected.map((one) => ({...one, layer: 'runc'}))));
  });

  test(
    'one that is slower by a second and a half: its start takes longer at all levels, and nothing but times differs',
    {timeout: 1_300_000},
    async () => {
      const repeated = ['--machines', '1', '--repeat', '5'];
      const usual = await runWith('usual', '', 'started', repeated);
      const slow = await runWith('slow', 'creating && sleep 1.5', 'started', repeated);
      const found = summary(compareRuns(usual, slow));
      expect(found).toContainEqual({fact: 'time.start', group: 'time', scope: 'all levels', layer: 'runc'});
      expect(new Set(found.map(({group}) => group))).toEqual(new Set(['time']));
    },
  );
});

const summary = ({differences}: Comparison) =>
  sorted(differences.map(({fact, group, scope, layer}) => ({fact, group, scope, layer})));

const sorted = <One extends Expected>(all: readonly One[]): One[] =>
  all.toSorted((one, other) => (`${one.fact} ${one.scope}` < `${other.fact} ${other.scope}` ? -1 : 1));
