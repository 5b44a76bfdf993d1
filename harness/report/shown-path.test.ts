import {expect, test} from 'vitest';
import {shownPath} from './shown-path.ts';

test.for([
  ['/project/reports/1', '/project', 'reports/1'],
  ['/project/reports/1', '/project/reports', '1'],
  ['/project/reports/1', '/home', '/project/reports/1'],
  ['/project', '/project', '/project'],
] as const)('%s seen from %s is %s', ([path, from, shown]) => {
  expect(shownPath(path, from)).toBe(shown);
});
