import {expect, test} from 'vitest';
import {counterMhz} from './host-clock.ts';

const cpuinfo = (flags: string) => `processor\t: 0
cpu MHz\t\t: 2596.130
flags\t\t: fpu vme ${flags} rep_good
bogomips\t: 5192.26
`;

test.for([
  ['a steady counter', cpuinfo('tsc constant_tsc nonstop_tsc'), 2596],
  ['one that stops when the processor sleeps', cpuinfo('tsc constant_tsc'), undefined],
  ['one whose rate changes', cpuinfo('tsc nonstop_tsc'), undefined],
  ['an ARM host', 'processor\t: 0\nBogoMIPS\t: 50.00\nFeatures\t: fp asimd\n', undefined],
  ['a host without the file', '', undefined],
] as const)('the rate of %s', ([, text, expected]) => {
  expect(counterMhz(text)).toBe(expected);
});
