import {expect, test} from 'vitest';
import {comparisonLines} from '../compare/comparison-lines.ts';
import {compareRuns} from '../compare/comparison.ts';
import {exampleLoadedRun} from '../compare/example-runs.ts';
import {whoDidIt} from '../compare/who-did-it.ts';
import {whoDidItLines} from '../compare/who-did-it-lines.ts';
import {exampleCell, exampleFailure, exampleMachine} from '../report/example-run.ts';
import {githubGroups} from '../report/terminal/github-groups.ts';
import {plainPaint} from '../report/terminal/paint.ts';
import {bisectLines} from '../upgrade/bisect-lines.ts';
import {passLines} from '../upgrade/upgrade-lines.ts';

/** A text that a terminal would obey: it ends a line, changes colours and the title, and reorders what follows. */
const foreign = (text: string): string => `${text}\n\u001B[31m\u001B]0;title\u0007\u009B2J\u202E`;

/** A run that somebody else wrote: two scenarios on two runtime sets. */
const run = (umask: string) =>
  exampleLoadedRun(
    ['bookworm', 'forky'].flatMap((set) =>
      ['one', 'other'].flatMap((scenario) =>
        (['docker', 'runc'] as const).map((level) => ({
          level,
          facts: {
            'process.cwd': foreign('/'),
            [foreign('process.umask')]: scenario === 'one' ? foreign(umask) : '0022',
            'process.seccomp.mode': level,
          },
          cell: {
            scenario: foreign(scenario),
            runtimeSet: foreign(set),
            name: `${scenario} ${level} ${set}`,
          },
        })),
      ),
    ),
    {
      id: foreign(umask),
      machines: ['bookworm', 'forky'].map((set) => ({
        ...exampleMachine(),
        runtimeSet: foreign(set),
        versions: {docker: foreign(umask)},
      })),
    },
  );

const comparison = () => compareRuns(run('0022'), run('0077'));

const process = {pid: 1, startTime: '1', command: 'nginx', parent: 1, program: '/usr/sbin/nginx'};

test.each<[string, () => readonly string[]]>([
  ['a comparison', () => comparisonLines(comparison(), plainPaint)],
  ['the levels side by side', () => whoDidItLines(whoDidIt(run('0022')), plainPaint, true)],
  [
    'a bisection',
    () =>
      bisectLines(
        {
          id: 'b',
          from: foreign('bookworm'),
          to: foreign('forky'),
          steps: [],
          unknown: [],
          differences: comparison().differences.map((difference) => ({difference, culprits: ['runc']})),
          failures: [],
        },
        plainPaint,
      ),
  ],
  [
    'an upgrade',
    () =>
      passLines(
        {
          liveRestore: true,
          machine: 'm1',
          phases: [],
          workloads: [
            {
              name: 'nginx',
              level: 'runc',
              title: foreign('nginx'),
              expected: 'survives',
              targets: [
                {
                  vantage: 'machine',
                  url: 'http://192.168.10.2/',
                  probes: 1,
                  failed: 0,
                  gaps: [],
                  longestMs: 0,
                  longestErrorMs: 0,
                  totalMs: 0,
                  totalErrorMs: 0,
                  slowestMs: 0,
                  ending: 'up',
                },
              ],
              before: process,
              survived: false,
              restarts: 0,
              status: foreign('stopped'),
              inherited: [],
              problems: [],
            },
          ],
          lost: [],
          before: {},
          after: {},
        },
        {intervalMs: 10},
        plainPaint,
      ),
  ],
  [
    'an annotation of GitHub',
    () => {
      const sentence = foreign('Cannot reach it');
      const cell = exampleCell({name: foreign('nginx'), status: 'failed', failures: [exampleFailure({sentence})]});
      return githubGroups(() => [])({type: 'cell-ended', cell});
    },
  ],
])('%s has nothing that a terminal obeys', (_, lines) => {
  expect(lines().length).toBeGreaterThan(0);
  expect(lines().filter((line) => /[\p{Cc}\p{Cf}]/v.test(line))).toEqual([]);
});
