import {expect, test} from 'vitest';
import {exampleMachine} from '../report/example-run.ts';
import {changedComponents} from './changed-components.ts';
import {exampleLoadedRun} from './example-runs.ts';

const run = (id: string, versions: Record<string, string>, runc?: string, runcDigest?: string) => {
  const [machine] = exampleLoadedRun([]).record.machines;
  return exampleLoadedRun([], {
    id,
    machines: machine ? [{...machine, versions}] : [],
    options: {...(runc !== undefined && {runc}), ...(runcDigest !== undefined && {runcDigest})},
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

test('so does the revision of a package, where both runs know it', () => {
  const patched = (runc: string) => run('a', {...versions, runc});
  expect(changedComponents(patched('1.1.5+ds1-1'), patched('1.1.5+ds1-1+deb12u1'))).toEqual([
    {layer: 'runc', old: '1.1.5+ds1-1', new: '1.1.5+ds1-1+deb12u1'},
  ]);
  expect(changedComponents(patched('1.1.5+ds1'), patched('1.1.5+ds1-1+deb12u1'))).toEqual([]);
  expect(changedComponents(patched('1.1.5+ds1-1'), patched('1.1.5+ds1'))).toEqual([]);
  expect(changedComponents(patched('1.1.5+ds1-1'), patched('1.1.5+ds2'))).toHaveLength(1);
  expect(changedComponents(patched('1.2.0-rc.1'), patched('1.2.0'))).toHaveLength(1);
  expect(changedComponents(run('a', versions), run('b', {...versions, kernel: '6.12-2'}))).toHaveLength(1);
});

test.each([
  [['1.1.5+ds1'], ['1.1.5+ds1-1+deb12u1', '1.1.5+ds1-1+deb12u2'], 0],
  [['1.1.5+ds1', '1.1.5+ds1-1+deb12u1'], ['1.1.5+ds1-1+deb12u1'], 0],
  [['1.1.5+ds1', '1.1.15+ds1-2'], ['1.1.5+ds1-1', '1.1.15+ds1-2'], 0],
  [['1.1.5+ds1-1+deb12u1'], ['1.1.5+ds1-1+deb12u1', '1.1.5+ds1-1+deb12u2'], 1],
  [['1.1.5+ds1'], ['1.1.5+ds1-1', '1.1.15+ds1-2'], 1],
  [['1.1.5+ds1', '1.1.15+ds1'], ['1.1.5+ds1-1'], 1],
])('of runs that were merged each version is compared: %j and %j', (before, after, changed) => {
  const merged = (all: readonly string[]) =>
    exampleLoadedRun([], {machines: all.map((runc) => ({...exampleMachine(), versions: {...versions, runc}}))});
  expect(changedComponents(merged(before), merged(after))).toHaveLength(changed);
  expect(changedComponents(merged(after), merged(before))).toHaveLength(changed);
});

test('a packaged runtime is known by its version, a program by its digest, without one by nothing', () => {
  expect(changedComponents(run('a', versions), run('b', versions, 'crun'))).toEqual([
    {layer: 'runc', old: '1.1', new: 'crun 1.21'},
  ]);
  expect(changedComponents(run('a', versions, 'crun'), run('b', versions, 'crun'))).toEqual([]);
  const [one, other] = ['1', '2'].map((digit) => `sha256:${digit.repeat(64)}`);
  expect(changedComponents(run('a', versions, '/a/runc', one), run('b', versions, '/b/runc', one))).toEqual([]);
  expect(changedComponents(run('a', versions, '/a/runc', one), run('b', versions, '/a/runc', other))).toEqual([
    {layer: 'runc', old: 'runc (sha256:111111111111)', new: 'runc (sha256:222222222222)'},
  ]);
  expect(changedComponents(run('a', versions, './runc'), run('b', versions, './runc'))).toHaveLength(1);
});
