import {appendFileSync} from 'node:fs';
import {mkdtemp, rm, stat, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {ConsoleWatch} from './console-watch.ts';

const PANIC = '[    1.2] Kernel panic - not syncing: no init\n';

const consoleFile = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'console-watch-'));
  onTestFinished(async () => rm(folder, {recursive: true}));
  return join(folder, 'console.log');
};

test('a complaint stays found, though another who looks at the same time comes later and has none', async () => {
  const file = await consoleFile();
  // Long enough that the whole is read for longer than its end.
  await writeFile(file, `${'.'.repeat(20_000_000)}\n`);
  const watch = new ConsoleWatch(file);
  const slow = watch.complaint();
  await stat(file);
  appendFileSync(file, PANIC);
  const found = await watch.complaint();
  expect(found?.message).toContain('Kernel panic');
  await slow;
  expect(await watch.complaint()).toBe(found);
});

test('what comes before the start is never looked at, and what comes after is', async () => {
  const file = await consoleFile();
  await writeFile(file, PANIC);
  const watch = new ConsoleWatch(file, PANIC.length);
  appendFileSync(file, 'all is well\n');
  expect(await watch.complaint()).toBeUndefined();
  appendFileSync(file, PANIC);
  expect((await watch.complaint())?.message).toContain('Kernel panic');
});

test('a console that is written anew is read from its begin', async () => {
  const file = await consoleFile();
  await writeFile(file, '.'.repeat(10_000));
  const watch = new ConsoleWatch(file, 5000);
  expect(await watch.complaint()).toBeUndefined();
  await writeFile(file, PANIC);
  expect((await watch.complaint())?.message).toContain('Kernel panic');
});
