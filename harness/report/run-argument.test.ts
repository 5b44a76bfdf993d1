import {expect, test} from 'vitest';
import {runArgument} from './run-argument.ts';

test('a run is named by its id, or by its folder where the reports lie elsewhere', () => {
  expect(runArgument('20261123-1', '/project/reports', '/project')).toBe('20261123-1');
  expect(runArgument('20261123-1', '/elsewhere', '/project')).toBe('/elsewhere/20261123-1');
});
