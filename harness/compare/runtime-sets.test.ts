import {expect, test} from 'vitest';
import type {Facts} from '../observe/fact.ts';
import {exampleMachine} from '../report/example-run.ts';
import {plainPaint} from '../report/terminal/paint.ts';
import {comparisonLines} from './comparison-lines.ts';
import {compareRuns} from './comparison.ts';
import {exampleLoadedRun} from './example-runs.ts';
import type {Explanation} from './explanation.ts';

/** A run on two runtime sets, each with its versions and what was seen. */
const onTwo = (
  sets: Readonly<Record<'bookworm' | 'forky', readonly [versions: Record<string, string>, facts: Facts]>>,
) =>
  exampleLoadedRun(
    Object.entries(sets).map(([runtimeSet, [, facts]]) => ({
      level: 'docker',
      network: 'published',
      facts,
      cell: {runtimeSet, name: `nginx docker published ${runtimeSet}`},
    })),
    {machines: Object.entries(sets).map(([runtimeSet, [versions]]) => ({...exampleMachine(), runtimeSet, versions}))},
  );

const [before, after] = [{'process.umask': '0022'}, {'process.umask': '0077'}];
const explanation: Explanation = {
  fact: 'process.umask',
  since: {docker: '29.0'},
  reason: 'the engine sets a mask of its own',
  link: 'https://example.org/notes',
  expires: '2026-11-23',
};
const old = onTwo({
  bookworm: [{docker: '20.10', runc: '1.1.4'}, before],
  forky: [{docker: '28.5', runc: '1.3.0'}, before],
});
const recent = onTwo({
  bookworm: [{docker: '20.10', runc: '1.1.5'}, after],
  forky: [{docker: '29.0', runc: '1.3.0'}, after],
});
const comparison = compareRuns(old, recent, {explanations: [explanation], today: new Date('2026-11-23')});

test('what one runtime set has explains nothing of another, and is not to blame for it', () => {
  expect(comparison.differences).toMatchObject([
    {sets: {old: 'bookworm', new: 'bookworm'}, layer: 'runc'},
    {sets: {old: 'forky', new: 'forky'}, layer: 'dockerd', explanations: [explanation]},
  ]);
  expect(comparison.unexplained).toBe(1);
});

test('the runtime set of a difference and of a component is said', () => {
  const lines = comparisonLines(comparison, plainPaint);
  expect(lines).toEqual(
    expect.arrayContaining(['     bookworm: runc: 1.1.4 -> 1.1.5', '     forky: dockerd: 28.5 -> 29.0']),
  );
  expect(comparison.differences.map(({scope}) => scope)).toEqual(['bookworm: docker', 'forky: docker']);
});

test('where no set is in both runs, the sets are said, and how two of them are compared', () => {
  const onOne = exampleLoadedRun([{level: 'docker', network: 'published', cell: {runtimeSet: 'trixie'}}]);
  expect(() => compareRuns(onOne, recent)).toThrow(
    'they have no cell in common, the first ran "nginx" on trixie and the second "nginx" on bookworm, forky; --runtime OLD,NEW compares two runtime sets',
  );
});
