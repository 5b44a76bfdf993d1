import {chmod, mkdtemp, readFile, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, expect, test, vi} from 'vitest';
import {MachineError} from '../errors.ts';

const folder = await mkdtemp(join(tmpdir(), 'ssh-session-'));
vi.stubEnv('PATH', `${folder}:${process.env['PATH']}`);
// Where ssh is looked for is decided when this is loaded.
const {runRemote} = await import('./ssh-session.ts');
afterAll(async () => {
  vi.unstubAllEnvs();
  await rm(folder, {recursive: true});
});

/** Makes an ssh(1) that answers a signal as that of a control connection does, and says in a file that it was told to kill. */
const useSsh = async (script: string): Promise<void> => {
  const program = join(folder, 'ssh');
  await writeFile(
    program,
    `#!/bin/sh\ntrap 'exit 255' TERM\ncase "$*" in *pkill*) echo killed >${folder}/kills; exit;; esac\n${script}\n`,
  );
  await chmod(program, 0o755);
};

const session = {control: join(folder, 'control'), folder};

test('a command that prints more than was asked for is ended, and its result is there', async () => {
  // A shell would not hear of the signal before its command has ended.
  await useSsh(`exec perl -e '$SIG{TERM} = sub { exit 255 }; $SIG{PIPE} = "IGNORE"; $| = 1; print "y\\n" while 1'`);
  const result = await runRemote(session, ['yes'], {timeoutMs: 60_000, maxBytes: 4});
  expect(result).toMatchObject({argv: ['yes'], exitCode: undefined, signal: 'SIGTERM', stdout: 'y\ny\n'});
  expect(await readFile(join(folder, 'kills'), 'utf8')).toBe('killed\n');
});

test.for(['exit 255', 'kill -KILL $$'])('where ssh ends with "%s", nothing is known of the command', async (script) => {
  await useSsh(script);
  await expect(runRemote(session, ['true'], {timeoutMs: 60_000})).rejects.toBeInstanceOf(MachineError);
});

test('no part of a secret is in what is said of a long command', async () => {
  const argv = ['echo', 'x'.repeat(480), 'TOKEN=abcdefghijklmnopqrstuvwxyz'];
  const said = (error: unknown): string => (error as Error).message;
  await useSsh('exit 255');
  expect(await runRemote(session, argv, {timeoutMs: 60_000}).catch(said)).not.toContain('abc');
  await useSsh('sleep 60');
  expect(await runRemote(session, argv, {timeoutMs: 100}).catch(said)).toMatch(
    / TOKEN=<redact[^"]*": no end within 100 ms$/u,
  );
});
