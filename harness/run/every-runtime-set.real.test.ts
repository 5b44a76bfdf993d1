import {expect, onTestFinished, test} from 'vitest';
import {listRuntimeSets} from '../../vms/runtimes/runtime-set.ts';
import {TestPlace} from '../cli/test-place.ts';
import type {RunRecord} from '../report/run-record.ts';

const sets = (await listRuntimeSets()).map(({name}) => name);

const nginx = ['nginx', 'lifecycle', 'walkthrough'].map((name) => `scenarios/${name}.scenario.ts`);

/** The one that gets every scenario: it has the most defects that are known of. The others would take as long again. */
const ALL_OF_THEM = 'trixie';

// The whole tool, at every level, in sandboxes of each runtime set.
test.for(sets)('the scenarios hold on %s', {timeout: 1_200_000}, async (set) => {
  const place = await TestPlace.make();
  onTestFinished(() => place[Symbol.asyncDispose]());
  const files = set === ALL_OF_THEM ? [] : nginx;
  const argv = ['--machines', '2', '--runtime', set, '--json', ...files];
  const {stdout, stderr, exitCode} = await place.startRunIn('sandbox', argv, 1_100_000);
  expect(exitCode, stderr).toBe(0);
  const {cells, machines} = JSON.parse(stdout) as RunRecord;
  expect(new Set(cells.map(({status}) => status))).toEqual(new Set(['passed']));
  expect(new Set(cells.map(({level}) => level))).toEqual(new Set(['docker', 'ctr', 'runc']));
  // Two machines served them all: none was left dirty.
  expect(machines).toHaveLength(2);
  const digests = cells.filter(({file}) => nginx.includes(file)).flatMap(({imageDigest}) => imageDigest ?? []);
  expect(digests.length).toBeGreaterThan(0);
  expect(new Set(digests).size).toBe(1);
});
