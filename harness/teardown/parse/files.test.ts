import {expect, test} from 'vitest';
import {compareInventories} from '../residue.ts';
import {parseFileContents} from './files.ts';
import {parseSections} from './sections.ts';

const [one, other] = ['a'.repeat(64), 'b'.repeat(64)];
const holding = (lines: string) => ({
  things: parseFileContents(parseSections(`contents\u001F\u001E${lines}`)),
  unread: new Map<string, string>(),
});

test('a file that says something else is told of with both contents', () => {
  const before = holding(`${one}  /etc/hosts\n${one}  /etc/docker/daemon file.json\n`);
  const after = holding(`${one}  /etc/hosts\n${other}  /etc/docker/daemon file.json\n`);
  const {appeared, vanished} = compareInventories(before, after);
  expect([...appeared, ...vanished].map(({sentence}) => sentence)).toEqual([
    'content of "/etc/docker/daemon file.json" (sha256:bbbbbbbbbbbb…), changed',
    'content of "/etc/docker/daemon file.json" (sha256:aaaaaaaaaaaa…), gone',
  ]);
});
