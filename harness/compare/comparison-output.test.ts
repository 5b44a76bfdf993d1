import {expect, test} from 'vitest';
import type {Facts} from '../observe/fact.ts';
import {plainPaint} from '../report/terminal/paint.ts';
import {comparisonLines} from './comparison-lines.ts';
import {comparisonPage} from './comparison-page.ts';
import {compareRuns} from './comparison.ts';
import {exampleLoadedRun, type ExampleCell} from './example-runs.ts';

const mount = {
  'mounts./proc/keys.type': 'tmpfs',
  'mounts./proc/keys.source': 'tmpfs',
  'mounts./proc/keys.options': ['ro'],
};
const old = exampleLoadedRun([
  {level: 'runc', facts: {...mount, 'process.capabilities.effective': ['CAP_KILL'], 'process.cwd': '/'}},
]);
const recent = exampleLoadedRun([
  {
    level: 'runc',
    facts: {'process.capabilities.effective': ['CAP_KILL', 'CAP_SYS_ADMIN'], 'process.cwd': '<b>\u001B[31m"/x"'},
  },
]);

test('lines are grouped, and all facts of a mount that is gone are one', () => {
  const lines = comparisonLines(compareRuns(old, recent), plainPaint);
  expect(lines.slice(3)).toEqual([
    'isolation',
    '  - mounts./proc/keys.{options,source,type}  3 facts removed',
    '      runc · runc: first appears at runc',
    '  ~ process.capabilities.effective  +CAP_SYS_ADMIN',
    '      runc · runc: first appears at runc',
    '',
    'lifecycle',
    '  ~ process.cwd  / -> <b>"/x"',
    '      runc · runc: first appears at runc',
    '',
    '✗ 5 differences, 5 of them unexplained: 1 cell, 5 facts compared',
  ]);
});

test('what cells lost is said of each, where it was not the same', () => {
  const cell = (network: 'netns' | 'cni', facts: Facts = {}): ExampleCell => ({
    level: 'ctr',
    network,
    facts: {'process.cwd': '/', ...facts},
  });
  const limited = [cell('netns', {'cgroup.pids.max': '64'}), cell('cni', {'cgroup.pids.max': '8'})];
  const free = [cell('netns'), cell('cni')];
  const comparison = compareRuns(exampleLoadedRun(limited), exampleLoadedRun(free));
  expect(comparisonLines(comparison, plainPaint)).toContain('  - cgroup.pids.max  was 64, was 8');
  expect(comparisonPage(comparison)).toContain('<td class="fact">was 64\nwas 8</td><td class="fact">absent</td>');
});

test('the page escapes what comes from a workload and needs no other file', () => {
  const page = comparisonPage(compareRuns(old, recent));
  expect(page).toContain('&#60;b&#62;');
  expect(page).not.toMatch(/<b>|src=|<script|<link/);
});

test('that another version of the tool made one of the runs is said, in lines and page', () => {
  const ofLater = exampleLoadedRun([{level: 'runc', facts: {'process.cwd': '/', 'process.newlySeen': 1}}], {
    tool: {version: '0.2.0', node: '24.21.0'},
  });
  const comparison = compareRuns(exampleLoadedRun([{level: 'runc', facts: {'process.cwd': '/'}}]), ofLater);
  const note =
    'plumbline 0.1.0 made the old run and 0.2.0 the new one: facts that only one of them sees are added or removed';
  expect(comparisonLines(comparison, plainPaint)).toContain(note);
  expect(comparisonPage(comparison)).toContain(note);
});
