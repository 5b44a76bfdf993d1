import {existsSync} from 'node:fs';

/** What there is to say of IPv6 on this host, where it is turned off: what is told of a kernel. `settings` is there where it is not. */
export const ipv6Remarks = (settings = '/proc/sys/net/ipv6'): readonly string[] =>
  existsSync(settings) ? [] : ['without IPv6: what scenarios do with it fails, which says nothing of a runtime'];
