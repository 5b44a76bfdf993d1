import {expect, test} from 'vitest';
import {exampleEvents, exampleFailedRun} from '../example-run.ts';
import {createEventLines} from './event-lines.ts';
import {githubGroups} from './github-groups.ts';
import {plainPaint} from './paint.ts';

test('what comes before the first cell is one group, and what failed is an annotation on one line', () => {
  const linesOf = githubGroups(createEventLines(plainPaint, 120));
  const lines = exampleEvents(exampleFailedRun()).flatMap((event) => linesOf(event));
  const commands = lines.filter((line) => line.startsWith('::'));
  expect(commands.map((line) => line.split(' ')[0])).toEqual(['::group::Prepare', '::endgroup::', '::error']);
  expect(commands[2]).toMatch(/^::error title=[^:,\n]+::[^\n]+$/);
  expect(lines.indexOf('::group::Prepare the machine')).toBeLessThan(lines.indexOf('::endgroup::'));
});
