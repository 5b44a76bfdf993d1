import {expect, test} from 'vitest';
import {machinesAtOnce} from './machines-at-once.ts';

const GIB = 1024 ** 3;

test.for([
  ['cores set the limit', {cpus: 1, memoryMiB: 2750}, {cpus: 2, freeMemoryBytes: 22 * GIB}, 2],
  ['memory sets the limit', {cpus: 1, memoryMiB: 2750}, {cpus: 16, freeMemoryBytes: 9 * GIB}, 3],
  ['a part of a core is enough for a small one', {cpus: 0.6, memoryMiB: 500}, {cpus: 2, freeMemoryBytes: 8 * GIB}, 3],
  ['one is tried in any case', {cpus: 4, memoryMiB: 8000}, {cpus: 1, freeMemoryBytes: GIB}, 1],
] as const)('%s', ([, footprint, host, count]) => {
  expect(machinesAtOnce(footprint, host)).toBe(count);
});
