import {expect, test} from 'vitest';
import {changedComponents} from './changed-components.ts';
import {exampleLoadedRun} from './example-runs.ts';

const run = (id: string, versions: Record<string, string>, runc?: string) => {
  const [machine] = exampleLoadedRun([]).record.machines;
  return exampleLoadedRun([], {
    id,
    machines: machine ? [{...machine, versions}] : [],
    options: runc === undefined ? {} : {runc},
  });
};

const versions = {docker: '26.1', containerd: '1.7', runc: '1.1', crun: '1.21', kernel: '6.12'};

test('versions tell what changed', () => {
  expect(changedComponents(run('a', versions), run('b', versions))).toEqual([]);
  expect(changedComponents(run('a', versions), run('b', {...versions, docker: '28.5', kernel: '7.2'}))).toEqual([
    {layer: 'dockerd', old: '26.1', new: '28.5'},
    {layer: 'kernel', old: '6.12', new: '7.2'},
  ]);
});

test('a packaged runtime is known by its version, a program by nothing', () => {
  expect(changedComponents(run('a', versions), run('b', versions, 'crun'))).toEqual([
    {layer: 'runc', old: '1.1', new: 'crun 1.21'},
  ]);
  expect(changedComponents(run('a', versions, 'crun'), run('b', versions, 'crun'))).toEqual([]);
  expect(changedComponents(run('a', versions, './runc'), run('b', versions, './runc'))).toHaveLength(1);
});
