import {execFileSync} from 'node:child_process';
import {expect, test} from 'vitest';
import {shellCommand} from './shell-command.ts';

test('plain words stay as they are', () => {
  expect(shellCommand(['docker', 'run', '-p', '8080:80', '--name=web', 'nginx'])).toBe(
    'docker run -p 8080:80 --name=web nginx',
  );
});

test.for([
  [''],
  ["it's"],
  ['a b'],
  ['$HOME'],
  ['`id`'],
  ['a"b'],
  ['line\nline'],
  ['*'],
  ['~'],
  ['A=b'],
  ['!x'],
  ['ü'],
  ['\u001B[31m'],
  ['\u202Ea\\b'],
])('a shell reads %j back', ([argument = '']) => {
  const script = shellCommand(['printf', '%s.', argument]);
  expect(execFileSync('bash', ['-c', script], {encoding: 'utf8'})).toBe(`${argument}.`);
});

test('nothing in a command reaches the terminal as a control character', () => {
  expect(shellCommand(['echo', 'a\u001B[2J\n'])).toBe(String.raw`echo $'a\033[2J\012'`);
});
