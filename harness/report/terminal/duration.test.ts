import {expect, test} from 'vitest';
import {formatDuration, formatLatency} from './duration.ts';

test.for([
  [0, '0.00 s'],
  [420, '0.42 s'],
  [9_996, '10.0 s'],
  [12_340, '12.3 s'],
  [59_960, '1 min 00 s'],
  [125_400, '2 min 05 s'],
] as const)('%d ms is %s', ([milliseconds, expected]) => {
  expect(formatDuration(milliseconds)).toBe(expected);
});

test.for([
  [0.314, '0.3 ms'],
  [1.23, '1.2 ms'],
  [99.96, '100 ms'],
  [340.4, '340 ms'],
] as const)('a latency of %d ms is %s', ([milliseconds, expected]) => {
  expect(formatLatency(milliseconds)).toBe(expected);
});
