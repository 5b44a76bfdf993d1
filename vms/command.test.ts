import {mkdtemp, readFile, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, onTestFinished, test, vi} from 'vitest';
import {runCommand} from './command.ts';

test('what a command prints is in its log, also when it is ended', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'command-'));
  onTestFinished(async () => rm(folder, {recursive: true}));
  const log = join(folder, 'log');
  const controller = new AbortController();
  const run = async (script: string) =>
    runCommand({file: 'sh', argv: ['-c'], env: {PATH: process.env['PATH'] ?? ''}}, [script], {
      timeoutMs: 60_000,
      signal: controller.signal,
      log,
    });
  expect(await run('echo first >&2')).toMatchObject({exitCode: 0, stdout: '', stderr: 'first\n'});
  const running = run('echo second; sleep 987');
  await vi.waitFor(async () => expect(await readFile(log, 'utf8')).toBe('first\nsecond\n'), {timeout: 4000});
  controller.abort(new Error('interrupted'));
  await expect(running).rejects.toThrow('interrupted');
});

test('a log that can not be written is the reason why its command ended', async () => {
  const run = runCommand(
    {file: 'sh', argv: ['-c'], env: {PATH: process.env['PATH'] ?? ''}},
    ['echo said; sleep 0.2; echo more'],
    {
      timeoutMs: 60_000,
      log: '/dev/full',
    },
  );
  await expect(run).rejects.toThrow('ENOSPC');
});
