import {execa} from 'execa';
import {expect, test} from 'vitest';
import {cpioArchive} from './cpio-archive.ts';

test('an archive is what cpio makes of it', async ({skip}) => {
  const archive = cpioArchive([
    {path: 'dev', type: 'folder'},
    {path: 'dev/console', type: 'device', major: 5, minor: 1},
    {path: 'init', type: 'file', content: Buffer.from('#!/bin/sh\n'), mode: 0o755},
    {path: 'link', type: 'symlink', target: 'init'},
  ]);
  const {stdout, failed, code} = await execa('cpio', ['--list', '--verbose', '--numeric-uid-gid'], {
    input: archive,
    reject: false,
  });
  skip(code === 'ENOENT', 'cpio is not installed');
  expect(failed).toBe(false);
  expect(
    stdout.split('\n').map((line) => line.replace(/\s+\w{3}\s+\d+\s+\d+\s+/u, ' ').replaceAll(/\s+/gu, ' ')),
  ).toEqual([
    'drwxr-xr-x 1 0 0 0 dev',
    'crw------- 1 0 0 5, 1 dev/console',
    '-rwxr-xr-x 1 0 0 10 init',
    'lrwxrwxrwx 1 0 0 4 link -> init',
  ]);
});
