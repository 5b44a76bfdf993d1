import {expect, test} from 'vitest';
import {attribute, type Layer} from './layer.ts';
import type {LevelName} from '../levels/level.ts';

const all: LevelName[] = ['docker', 'ctr', 'runc'];

test.each<[differsAt: LevelName[], couldShow: LevelName[], changed: Layer[], layer: Layer]>([
  [['runc'], all, [], 'runc'],
  [all, all, [], 'runc'],
  [['ctr', 'docker'], all, [], 'containerd'],
  [['docker'], all, [], 'dockerd'],
  // docker alone asks for seccomp, and runc alone was swapped.
  [['docker'], ['docker'], ['runc'], 'runc'],
  [['docker'], all, ['dockerd', 'containerd', 'runc'], 'dockerd'],
  [['docker', 'ctr'], all, ['runc', 'kernel'], 'runc'],
  [all, all, ['kernel'], 'kernel'],
  // Nothing that could be the cause has changed: what is seen stays said.
  [['runc'], all, ['dockerd'], 'runc'],
])('differs at %j, could show at %j, changed %j: %s', (differsAt, couldShow, changed, layer) => {
  const found = attribute({differsAt: new Set(differsAt), couldShow: new Set(couldShow), changed: new Set(changed)});
  expect(found.layer).toBe(layer);
});

test('what somebody else made is not of the level at which it appears', () => {
  const owner = {layer: 'dockerd', because: 'docker made it'} as const;
  const attributed = (...changed: Layer[]) =>
    attribute({differsAt: new Set(['runc']), couldShow: new Set(all), changed: new Set(changed), owner});
  expect(attributed()).toEqual(owner);
  expect(attributed('dockerd', 'runc', 'kernel')).toEqual(owner);
  expect(attributed('kernel')).toEqual({
    layer: 'kernel',
    because: 'docker made it, but dockerd is the same in both runs and kernel is not',
  });
});

test('the reason names the levels below', () => {
  const {because} = attribute({
    differsAt: new Set(['docker']),
    couldShow: new Set(['docker', 'ctr']),
    changed: new Set(['runc']),
  });
  expect(because).toBe(
    'first appears at docker, ctr below is the same, runc below can not show it, but dockerd is the same in both runs and runc is not',
  );
});
