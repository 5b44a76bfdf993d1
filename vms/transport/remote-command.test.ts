import {spawnSync} from 'node:child_process';
import {array, assert, property, string} from 'fast-check';
import {expect, test} from 'vitest';
import {remoteCommand, remoteEnd, remoteKill, type RemoteEnd} from './remote-command.ts';

/** Runs a command as sshd does; a signal that ended the shell itself is what ssh(1) gives as 255. */
const run = (argv: readonly string[], environment: Readonly<Record<string, string>> = {}, input = '') => {
  const command = remoteCommand(argv, environment, 'plumbline-test');
  const {status, stdout, stderr} = spawnSync('dash', ['-c', command.script], {
    input,
    env: {PATH: process.env['PATH'], SSH_CLIENT: 'x'},
  });
  return {stdout: stdout.toString(), ...remoteEnd(command, status ?? 255, stderr.toString())};
};

test.for([
  ['exit 0', {kind: 'exit', exitCode: 0}],
  ['exit 3', {kind: 'exit', exitCode: 3}],
  ['exit 254', {kind: 'exit', exitCode: 254}],
  ['exit 255', {kind: 'exit', exitCode: 255}],
  ['exit 137', {kind: 'exit', exitCode: 137}],
  ['kill -KILL $$', {kind: 'signal', signal: 'SIGKILL'}],
  ['kill -TERM $$', {kind: 'signal', signal: 'SIGTERM'}],
  ['kill -SEGV $$', {kind: 'signal', signal: 'SIGSEGV'}],
  ['kill -HUP $$', {kind: 'signal', signal: 'SIGHUP'}],
] as const satisfies readonly (readonly [string, RemoteEnd])[])('%s comes as it is', ([script, end]) => {
  const ended = run(['sh', '-c', `echo out; echo err >&2; ${script}`]);
  expect(ended).toEqual({stdout: 'out\n', stderr: 'err\n', end});
});

test('a program that is not there is 127', () => {
  expect(run(['no-such-program']).end).toEqual({kind: 'exit', exitCode: 127});
});

test('a connection that failed is neither an exit code nor a signal', () => {
  expect(remoteEnd({token: 't'}, 255, 'mux_client_request_session: read from master failed').end).toEqual({
    kind: 'lost',
  });
  expect(remoteEnd({token: 't'}, undefined, '').end).toEqual({kind: 'lost'});
});

test('what a command writes on standard error can not pass for a signal', () => {
  expect(run(['sh', '-c', String.raw`printf '\nother 137 Killed\n' >&2`]).end).toEqual({kind: 'exit', exitCode: 0});
});

test('input, environment and arguments arrive', () => {
  const {stdout} = run(['sh', '-c', 'cat; printf %s "$V|$1|${SSH_CLIENT-none}"', 'sh', "a'b\n*"], {V: "it's"}, 'in ');
  expect(stdout).toBe("in it's|a'b\n*|none");
});

// Fifty shells, on a host that may be busy.
test('arguments arrive whatever is in them', {timeout: 60_000}, () => {
  assert(
    property(array(string({unit: 'binary'}), {maxLength: 8}), (words) => {
      const clean = words.map((word) => word.toWellFormed().replaceAll('\0', ''));
      expect(run(['printf', String.raw`%s\0`, ...clean, 'end']).stdout).toBe(
        [...clean, 'end'].map((word) => `${word}\0`).join(''),
      );
    }),
    {numRuns: 50},
  );
});

test('the text that kills a command does not match itself', () => {
  expect(remoteKill({token: 'plumbline-x'})).not.toContain('plumbline-x');
});
