import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {execa} from 'execa';
import {expect, onTestFinished, test} from 'vitest';
import {listRuntimeSets} from '../../vms/runtimes/runtime-set.ts';
import type {RunRecord} from '../report/run-record.ts';

const sets = (await listRuntimeSets()).map(({name}) => name);

const nginx = ['nginx', 'lifecycle', 'walkthrough'].map((name) => `scenarios/${name}.scenario.ts`);

/** The one that gets every scenario: it has the most defects that are known of. The others would take as long again. */
const ALL_OF_THEM = 'trixie';

// The whole tool as a person runs it, at every level, in sandboxes of each runtime set.
test.for(sets)('the scenarios hold on %s', {timeout: 1_200_000}, async (set) => {
  const state = await mkdtemp(join(tmpdir(), 'plumbline-state-'));
  onTestFinished(() => rm(state, {recursive: true, force: true}));
  const files = set === ALL_OF_THEM ? [] : nginx;
  const {stdout, stderr, exitCode} = await execa({
    reject: false,
    env: {XDG_STATE_HOME: state},
  })`npx plumbline run --machine sandbox --machines 2 --runtime ${set} --json ${files}`;
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
