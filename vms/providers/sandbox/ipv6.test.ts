import {expect, test} from 'vitest';
import {ipv6Remarks} from './ipv6.ts';

test('a host whose kernel has no IPv6 says so before a runtime is blamed', () => {
  expect(ipv6Remarks(import.meta.dirname)).toEqual([]);
  expect(ipv6Remarks('/proc/sys/net/none')).toEqual([expect.stringContaining('without IPv6')]);
});
