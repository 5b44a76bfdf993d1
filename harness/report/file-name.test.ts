import {expect, test} from 'vitest';
import {fileNameOf} from './file-name.ts';

test.for([
  ['nginx: serves its welcome page [ctr cni bookworm]', 'nginx-serves-its-welcome-page-ctr-cni-bookworm-'],
  ['日本語 [runc]', '日本語-runc-'],
  ['../../etc/passwd', '..-..-etc-passwd'],
] as const)('"%s" is kept in "%s"', ([name, file]) => {
  expect(fileNameOf(name)).toBe(file);
});
