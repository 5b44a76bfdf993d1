import {expect, test} from 'vitest';
import {mmdebstrapArgv, mmdebstrapStep} from './mmdebstrap.ts';

test('the command line carries the packages, the options of apt and the mirror', () => {
  const suite = {
    name: 'forky',
    mirror: 'http://deb.debian.org/debian',
    aptOptions: ['Acquire::Check-Valid-Until "false"'],
  };
  const argv = mmdebstrapArgv({suite, packages: ['runc', 'tini']}, '/root-folder');
  expect(argv[0]).toBe('mmdebstrap');
  expect(argv).toContain('--aptopt=Acquire::Check-Valid-Until "false"');
  expect(argv).toContain('--include=runc,tini');
  expect(argv.slice(-3)).toEqual(['forky', '/root-folder', 'http://deb.debian.org/debian']);
});

test.for([
  ['I: downloading packages with apt...', 'download packages'],
  ['I: installing remaining packages inside the chroot...', 'install the runtimes'],
  ['I: success in 45.2880 seconds', undefined],
  ['Get:1 http://deb.debian.org/debian bookworm InRelease', undefined],
] as const)('the line "%s" begins the step %s', ([line, title]) => {
  expect(mmdebstrapStep(line)).toBe(title);
});
