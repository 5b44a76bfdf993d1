import {expect, test} from 'vitest';
import {overdue} from './command.ts';
import {CommandError} from './errors.ts';

test('an error shows no secret of the command that it is about', () => {
  const argv = ['docker', 'run', '--env', 'DB_PASSWORD=abc', 'nginx'];
  const error = new CommandError({
    argv,
    exitCode: 1,
    signal: undefined,
    stdout: '',
    stderr: 'no DB_PASSWORD=abc here',
    durationMs: 1,
  });
  expect(error.message).toBe(
    'Cannot run "docker run --env DB_PASSWORD=<redacted> nginx": exit code 1, no DB_PASSWORD=<redacted> here',
  );
  expect(error.command).toEqual(['docker', 'run', '--env', 'DB_PASSWORD=<redacted>', 'nginx']);
  expect(error.seen).not.toContain('abc');
});

test('an error shows no part of a secret where it cuts what was said', () => {
  const argv = ['docker', 'run', '--env', 'DB_PASSWORD=abcdefghijklmnopqrstuvwxyz', 'nginx'];
  const stderr = `no DB_PASSWORD=abcdefghijklmnopqrstuvwxyz${'.'.repeat(590)}`;
  const error = new CommandError({argv, exitCode: 1, signal: undefined, stdout: '', stderr, durationMs: 1});
  expect(error.message).not.toContain('xyz');
  expect(overdue(argv, 10, stderr.slice(0, -100)).seen).not.toContain('xyz');
});
