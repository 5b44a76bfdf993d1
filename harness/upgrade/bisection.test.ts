import {describe, expect, test} from 'vitest';
import type {Difference} from '../compare/difference.ts';
import {bisect, type BisectionStep, type Suspect} from './bisection.ts';
import {exampleDifference} from './example-difference.ts';

const difference = (fact: string, level: 'docker' | 'ctr' | 'runc' = 'docker'): Difference =>
  exampleDifference({fact, cells: [{scenario: 'serves', level, network: 'published'}], scope: level});

const step = (changed: Suspect[], ...differences: Difference[]): BisectionStep => ({changed, differences});

const failed = (...changed: Suspect[]): BisectionStep => ({changed, differences: undefined});

const nothing = step(['runc', 'containerd', 'docker']);

describe('a difference is blamed', () => {
  const a = difference('a');

  test('on the component whose upgrade shows it', () => {
    const steps = [step(['runc']), step(['containerd']), step(['docker'], a)];
    expect(bisect([a], steps, nothing)).toEqual([{difference: a, culprits: ['docker']}]);
  });

  test('on every component whose upgrade shows it', () => {
    const steps = [step(['runc'], a), step(['containerd']), step(['docker'], a)];
    expect(bisect([a], steps, nothing)[0]?.culprits).toEqual(['runc', 'docker']);
  });

  test('on the kernel where that alone shows it', () => {
    const steps = [step(['runc']), step(['containerd']), step(['docker']), step(['kernel'], a)];
    expect(bisect([a], steps, nothing)[0]?.culprits).toEqual(['kernel']);
  });

  test('not on what came along and shows nothing by itself', () => {
    const steps = [step(['runc']), step(['containerd']), step(['containerd', 'docker'], a)];
    expect(bisect([a], steps, nothing)[0]?.culprits).toEqual(['docker']);
  });

  test('on what came along alone when that shows it by itself', () => {
    const steps = [step(['runc']), step(['containerd'], a), step(['containerd', 'docker'], a)];
    expect(bisect([a], steps, nothing)[0]?.culprits).toEqual(['containerd']);
  });

  test('on all together when only that shows it', () => {
    const steps = [step(['runc']), step(['containerd']), step(['docker'])];
    expect(bisect([a], steps, step(['runc', 'containerd', 'docker'], a))[0]?.culprits).toEqual(['together']);
  });

  test('on the rest of the distribution when no upgrade shows it', () => {
    expect(bisect([a], [step(['runc'])], nothing)[0]?.culprits).toEqual(['distribution']);
  });

  test('on nobody where the step that could tell has failed', () => {
    const steps = [failed('runc'), step(['containerd']), step(['docker'])];
    expect(bisect([a], steps, step(['runc', 'containerd', 'docker'], a))[0]?.culprits).toEqual(['unknown']);
    expect(bisect([a], steps, nothing)[0]?.culprits).toEqual(['unknown']);
    expect(bisect([a], [step(['runc'])], failed('runc', 'containerd', 'docker'))[0]?.culprits).toEqual(['unknown']);
  });

  test('on the component whose upgrade shows it, whatever failed', () => {
    const steps = [failed('runc'), step(['containerd']), step(['docker'], a)];
    expect(bisect([a], steps, failed('runc', 'containerd', 'docker'))[0]?.culprits).toEqual(['docker']);
  });

  test('not on what came along when it is unknown what that shows by itself', () => {
    const steps = [step(['runc']), failed('containerd'), step(['containerd', 'docker'], a)];
    expect(bisect([a], steps, nothing)[0]?.culprits).toEqual(['unknown']);
  });

  test('on nobody where the cell of the step that could tell has failed', () => {
    const broken = step(['containerd'], difference('failure.runtime'));
    const all = step(['runc', 'containerd', 'docker'], a);
    expect(bisect([a], [step(['runc']), broken, step(['docker'])], all)[0]?.culprits).toEqual(['unknown']);
    expect(bisect([a], [step(['runc']), broken, step(['containerd', 'docker'], a)], all)[0]?.culprits).toEqual([
      'unknown',
    ]);
    expect(bisect([a], [step(['runc'])], step(['runc'], difference('cell.notRun')))[0]?.culprits).toEqual(['unknown']);
  });

  test('on the component whose upgrade shows it, whatever failed in the cell', () => {
    const failure = difference('failure.runtime');
    const steps = [step(['runc']), step(['containerd'], failure), step(['docker'], a, failure)];
    expect(bisect([a, failure], steps, nothing).map(({culprits}) => culprits)).toEqual([
      ['docker'],
      ['containerd', 'docker'],
    ]);
  });

  test('on the rest of the distribution where another cell failed, or the cell fails no more', () => {
    const steps = [
      step(['containerd'], difference('failure.runtime', 'runc')),
      step(['docker'], {...difference('failure.runtime'), kind: 'removed'}),
    ];
    expect(bisect([a], steps, nothing)[0]?.culprits).toEqual(['distribution']);
  });

  test('only where the same cell shows the same fact', () => {
    const steps = [step(['runc'], difference('a', 'runc')), step(['docker'], difference('b'))];
    expect(bisect([a], steps, nothing)[0]?.culprits).toEqual(['distribution']);
  });
});
