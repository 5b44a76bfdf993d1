import {XMLValidator} from 'fast-xml-parser';
import {expect, test} from 'vitest';
import {exampleLoadedRun} from '../compare/example-runs.ts';
import {compareRuns} from '../compare/comparison.ts';
import type {LoadedRun} from '../compare/loaded-run.ts';
import {exampleCell, exampleFailedRun, exampleFailure, exampleReach, exampleRun} from '../report/example-run.ts';
import {runPage} from './run-page.ts';

const pageOf = (run: LoadedRun, evidence: Record<string, string> = {}): string =>
  runPage({
    run,
    argument: 'latest',
    evidence: new Map(Object.entries(evidence).map(([file, text]) => [file, {text, omitted: 0}])),
    comparisons: [],
  });

const withoutObservations = (record: LoadedRun['record']): LoadedRun => ({
  name: 'run',
  record,
  observations: new Map(),
});

test('a run in which everything held says so first, and shows no failures', () => {
  const page = pageOf(withoutObservations(exampleRun()));
  expect(page).toContain('✓ All 3 cells held');
  expect(page).not.toContain('id="failures"');
});

test('what failed comes before everything else, with its evidence', () => {
  const page = pageOf(withoutObservations(exampleFailedRun()), {
    'evidence/nginx-runc-netns-trixie/machine.log': 'the last line of a log',
  });
  expect(page).toContain('✗ 1 of 4 cells failed, 1 not run, 1 failure of the run itself');
  expect(page.indexOf('id="failures"')).toBeLessThan(page.indexOf('id="verdicts"'));
  expect(page).toContain('the last line of a log');
  expect(page).toContain('href="./evidence/nginx-runc-netns-trixie/config.json"');
});

test('nothing that came from a workload is anything but text', () => {
  const hostile = `"'><script>alert(1)</script><img src=x onerror=alert(1)>\u001B[31m\u202E&amp;`;
  const run = exampleLoadedRun(
    [
      {level: 'docker', facts: {'process.cwd': hostile}},
      {level: 'ctr', facts: {'process.cwd': '/'}},
    ],
    {
      id: hostile,
      command: [hostile],
      cells: [
        exampleCell({
          name: hostile,
          scenario: hostile,
          file: hostile,
          status: 'failed',
          steps: [{title: hostile, startedMs: 0, durationMs: 1, status: 'failed', command: [hostile]}],
          reach: [exampleReach({url: hostile, held: false})],
          failures: [
            exampleFailure({
              sentence: hostile,
              layer: hostile,
              seen: hostile,
              remedies: [hostile],
              evidence: [hostile],
            }),
          ],
        }),
      ],
    },
  );
  const page = pageOf(run, {[hostile]: hostile});
  expect(page.match(/<(script|img|iframe|object|link|base)/gi)).toBeNull();
  expect(['\u001B', '\u202E', 'onerror=alert(1)>'].filter((text) => page.includes(text))).toEqual([]);
  expect(page).toContain('&#60;script&#62;alert(1)&#60;/script&#62;');
});

test('it is well-formed, asks nobody for anything, and has an id once', () => {
  const observed = exampleLoadedRun([
    {level: 'docker', network: 'published', facts: {'machine.links': ['veth{n} veth master docker0']}},
    {level: 'runc', facts: {'process.cwd': '/'}},
  ]);
  const comparison = compareRuns(observed, exampleLoadedRun([{level: 'runc', facts: {'process.cwd': '/tmp'}}]));
  const page = runPage({run: observed, argument: 'latest', evidence: new Map(), comparisons: [comparison]});
  const body = page.slice(page.indexOf('<body>'), page.indexOf('</html>')).replaceAll('<br>', '<br/>');
  expect(XMLValidator.validate(body)).toBe(true);
  expect(page).not.toMatch(/\b(src|srcset|action)=|@import|url\(/);
  const ids = Array.from(page.matchAll(/ id="([^"]*)"/g), ([, id]) => id);
  expect(ids).toEqual([...new Set(ids)]);
});

test('a run of 600 cells stays below a megabyte', () => {
  const levels = ['docker', 'ctr', 'runc'] as const;
  const cells = Array.from({length: 600}, (_, index) => ({
    level: levels[index % 3] ?? 'docker',
    facts: Object.fromEntries(Array.from({length: 200}, (__, fact) => [`oci.fact.${fact}`, `value ${fact} ${index}`])),
    steps: {'run the container': [300], 'probe from every vantage': [90], 'remove what was made': [400]},
    cell: {
      name: `a scenario with a rather long name, number ${index} [${levels[index % 3]}]`,
      scenario: `a scenario with a rather long name, number ${Math.floor(index / 5)}`,
      reach: [exampleReach(), exampleReach({vantage: 'container', route: 'loopback'})],
    },
  }));
  expect(pageOf(exampleLoadedRun(cells)).length).toBeLessThan(1_000_000);
});
