import type {Difference} from '../compare/difference.ts';

/** For tests: what changed at docker between bookworm and trixie, with these parts otherwise. */
export const exampleDifference = (parts: Partial<Difference> = {}): Difference => ({
  fact: 'limits.nofile',
  kind: 'changed',
  sets: {old: 'bookworm', new: 'trixie'},
  old: 1,
  new: 2,
  changes: ['1 -> 2'],
  parts: [{level: 'docker', change: '1 -> 2'}],
  layer: 'dockerd',
  because: 'of a test',
  group: 'limits',
  cells: [],
  scope: 'docker',
  ...parts,
});
