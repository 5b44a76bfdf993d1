import {expect, test} from 'vitest';
import {entriesToUndo, parseLedger} from './sweep.ts';

const folder = {kind: 'folder', path: '/state/runs/r'} as const;
const cgroup = {kind: 'cgroup', path: '/sys/fs/cgroup/plumbline-r'} as const;

test('what was made and is not gone is undone in reverse', () => {
  expect(
    entriesToUndo([
      {type: 'made', entry: folder},
      {type: 'made', entry: cgroup},
    ]),
  ).toEqual([cgroup, folder]);
  expect(
    entriesToUndo([
      {type: 'made', entry: folder},
      {type: 'made', entry: cgroup},
      {type: 'gone', entry: cgroup},
    ]),
  ).toEqual([folder]);
});

test('a line cut short by a crash is dropped', () => {
  const whole = JSON.stringify({type: 'made', entry: folder});
  expect(parseLedger(`${whole}\n{"type":"made","ent`)).toEqual([{type: 'made', entry: folder}]);
});

test.for(['../../etc', '/etc/passwd', '/sys/fs/cgroup'])('a cgroup at %s is no entry', (path) => {
  expect(parseLedger(JSON.stringify({type: 'made', entry: {kind: 'cgroup', path}}))).toEqual([]);
});
