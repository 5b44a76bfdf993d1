import {expect, test} from 'vitest';
import {versionRequirement} from './program.ts';

test.for([
  ['QEMU emulator version 7.2.22 (Debian 1:7.2+dfsg-7+deb12u18+b3)', undefined],
  ['QEMU emulator version 10.0.2', undefined],
  ['QEMU emulator version 6.2.0', 'QEMU is too old, "QEMU emulator version 6.2.0": 7.2 or later is needed'],
  ['something else', 'QEMU is too old, "something else": 7.2 or later is needed'],
] as const)('%s', ([version, sentence]) => {
  expect(versionRequirement(version)?.sentence).toBe(sentence);
});

test('a missing QEMU is told with its remedy', () => {
  expect(versionRequirement(undefined)).toEqual({
    sentence: expect.stringMatching(/^qemu-system-\w+ is not installed$/u) as unknown,
    remedy: 'npm run setup',
  });
});
