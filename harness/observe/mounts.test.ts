import {describe, expect, test} from 'vitest';
import {mountOf, parseMounts} from './mount-table.ts';

describe('mountinfo', () => {
  const mounts = parseMounts([
    '1 0 0:69 / / rw,relatime master:10 - overlay overlay rw,lowerdir=/a:/b',
    String.raw`2 1 0:72 / /with\040space rw shared:1 master:2 - proc proc rw`,
    '3 1 0:78 / /proc ro - tmpfs tmpfs ro',
    '4 1 0:79 / /proc rw unbindable - proc proc rw',
  ]);

  test('optional fields are the propagation', () => {
    expect(mounts.map(({propagation}) => propagation)).toEqual(['slave', 'shared and slave', 'private', 'unbindable']);
  });

  test('escapes are read', () => {
    expect(mounts[1]?.point).toBe('/with space');
  });

  test('the last one of several on a point is on top', () => {
    expect(mountOf(mounts, '/proc/keys')?.type).toBe('proc');
    expect(mountOf(mounts, '/processes')?.type).toBe('overlay');
  });
});
