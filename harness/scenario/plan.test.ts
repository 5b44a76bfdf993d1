import {expect, test} from 'vitest';
import {nginx} from '../../scenarios/workloads/nginx.ts';
import type {LoadedScenario} from './load.ts';
import {notPlanned, planCells, type Selection} from './plan.ts';

const scenario = (title: string): LoadedScenario => ({
  title,
  file: 'scenarios/web.scenario.ts',
  workload: nginx,
  cells: [
    {level: 'docker', network: 'published', reach: []},
    {level: 'ctr', network: 'isolated', reach: []},
    {level: 'runc', network: 'netns', reach: []},
  ],
  notAt: {},
  body: {kind: 'running', check: undefined},
});

const everything: Selection = {
  levels: ['docker', 'ctr', 'runc'],
  runtimeSets: ['bookworm'],
  grep: undefined,
  repeat: 1,
  shard: {index: 1, count: 1},
};

const names = (selection: Partial<Selection>) =>
  planCells([scenario('serves'), scenario('stops')], {...everything, ...selection}).cells.map(({name}) => name);

test('a cell is named after its file, scenario, level, network mode and runtime set', () => {
  expect(names({levels: ['runc']})).toEqual(['web: serves [runc netns bookworm]', 'web: stops [runc netns bookworm]']);
});

test('runtime sets follow each other, so that each needs one machine', () => {
  expect(names({levels: ['ctr'], runtimeSets: ['bookworm', 'forky']})).toEqual([
    'web: serves [ctr isolated bookworm]',
    'web: stops [ctr isolated bookworm]',
    'web: serves [ctr isolated forky]',
    'web: stops [ctr isolated forky]',
  ]);
});

test('repetitions are numbered', () => {
  expect(names({levels: ['docker'], repeat: 2, grep: 'serves'})).toEqual([
    'web: serves [docker published bookworm] #1',
    'web: serves [docker published bookworm] #2',
  ]);
});

test('shards share every cell out, and none twice', () => {
  const shards = [1, 2, 3, 4].map((index) => names({shard: {index, count: 4}}));
  expect(shards.flat().toSorted()).toEqual(names({}).toSorted());
});

test('a text that no name contains is a usage error', () => {
  expect(() => names({grep: 'apache'})).toThrow('no cell\'s name contains "apache"');
});

test('a cell whose files can not be named after it is a usage error', () => {
  const longest = {...scenario('serves'), file: `${'é'.repeat(106)}.scenario.ts`};
  const planned = () => planCells([longest], {...everything, levels: ['runc']});
  expect(planned().cells).toHaveLength(1);
  longest.file = `a${longest.file}`;
  expect(planned).toThrow(
    /^Cannot run "aé+: serves \[runc netns bookworm\]": its files would have names of 241 bytes, 240 at most/v,
  );
});

test('what a level has no idea of is said', () => {
  const dockerOnly = {...scenario('restarts by itself'), notAt: {ctr: 'a task has no restart policy'}};
  expect(notPlanned([scenario('serves'), dockerOnly], everything)).toEqual([
    'web: restarts by itself [not at ctr: a task has no restart policy]',
  ]);
  expect(notPlanned([dockerOnly], {...everything, levels: ['docker']})).toEqual([]);
  expect(notPlanned([dockerOnly], {...everything, grep: 'serves'})).toEqual([]);
});
