import {expect, test} from 'vitest';
import {cgroup} from './cgroup.ts';
import type {Reading} from './reading.ts';

/** What the observer makes of one file of a cgroup. */
const limitOf = (file: string, content: string): unknown => {
  const sections = new Map([['cgroup files', {problem: '', records: [['/sys/fs/cgroup', file, content]]}]]);
  const reading: Pick<Reading, 'sections' | 'normalise'> = {sections, normalise: (text) => text};
  return cgroup.observe(reading as Reading)[`cgroup.${file}`];
};

test.each<[file: string, content: string, limit: unknown]>([
  ['memory.max', 'max\n', 'unlimited'],
  ['memory.max', '67108864\n', 67_108_864],
  ['pids.max', '24\n', 24],
  ['cpu.cfs_quota_us', '-1\n', 'unlimited'],
  // The largest multiple of a page of 4 KiB, of one of 64 KiB, of a huge page of 2 MiB and of one of 1 GiB.
  ['memory.limit_in_bytes', '9223372036854771712\n', 'unlimited'],
  ['memory.limit_in_bytes', '9223372036854710272\n', 'unlimited'],
  ['hugetlb.2MB.limit_in_bytes', '9223372036852678656\n', 'unlimited'],
  ['hugetlb.1GB.limit_in_bytes', '9223372035781033984\n', 'unlimited'],
  ['memory.limit_in_bytes', '1152921504606846976\n', 2 ** 60],
])('%s with %j', (file, content, limit) => {
  expect(limitOf(file, content)).toBe(limit);
});
