import {mkdtemp, rm, symlink} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {exampleRun} from './example-run.ts';
import {expectedDurations} from './expected-durations.ts';
import {writeRun} from './run-file.ts';

test('what the last run took is expected of the next, for machines whatever their name is', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'plumbline-expected-'));
  onTestFinished(() => rm(folder, {recursive: true}));
  expect((await expectedDurations(folder))('run', 'anything')).toBeUndefined();
  const run = exampleRun();
  await writeRun(join(folder, run.id), run);
  await symlink(run.id, join(folder, 'latest'));
  const expected = await expectedDurations(folder);
  const [cell] = run.cells;
  const [machine] = run.machines;
  expect(expected(cell?.name ?? '', '')).toBe(cell?.durationMs);
  expect(expected(cell?.name ?? '', cell?.steps[0]?.title ?? '')).toBe(cell?.steps[0]?.durationMs);
  expect(expected('another machine', machine?.steps[0]?.title ?? '')).toBe(machine?.steps[0]?.durationMs);
  expect(expected('another cell', '')).toBeUndefined();
});
