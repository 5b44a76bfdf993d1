import {appendFileSync} from 'node:fs';
import {mkdtemp, rm, stat, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {ConsoleWatch} from './console-watch.ts';

test('a complaint stays found, though another who looks at the same time comes later and has none', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'console-watch-'));
  onTestFinished(async () => rm(folder, {recursive: true}));
  const file = join(folder, 'console.log');
  // Long enough that the whole is read for longer than its end.
  await writeFile(file, `${'.'.repeat(20_000_000)}\n`);
  const watch = new ConsoleWatch(file);
  const slow = watch.complaint();
  await stat(file);
  appendFileSync(file, '[    1.2] Kernel panic - not syncing: no init\n');
  const found = await watch.complaint();
  expect(found?.message).toContain('Kernel panic');
  await slow;
  expect(await watch.complaint()).toBe(found);
});
