import {expect, test} from 'vitest';
import {lostFrom} from './stores.ts';
import {parseProcess} from './workload-state.ts';

test('a process is read, whatever its name', () => {
  const fields = Array.from({length: 50}, (_, index) => String(index + 3));
  const stat = `257 (a) b (c) S 112 ${fields.slice(2).join(' ')}`;
  expect(parseProcess(`${stat}\n/usr/bin/containerd-shim-runc-v2 (deleted)\n`)).toEqual({
    pid: 257,
    startTime: '22',
    command: 'a) b (c',
    parent: 112,
    program: '/usr/bin/containerd-shim-runc-v2 (deleted)',
  });
});

test('what is not listed any more is lost, and what came is not', () => {
  const before = {'docker images': ['nginx 1', 'old 2'], 'runc containers': [], 'containerd images': undefined};
  const after = {'docker images': ['nginx 1', 'new 3'], 'runc containers': undefined, 'containerd images': []};
  expect(lostFrom(before, after)).toEqual([
    'The new version does not list "old 2" of docker images',
    'The new version can not list runc containers',
  ]);
});
