import {chmod, mkdtemp, readFile, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {execa} from 'execa';
import {expect, onTestFinished, test} from 'vitest';
import type {Machine} from '../machine.ts';
import {systemdServices} from './systemd-services.ts';

/** Names the process 42 until it was asked three times after the signal. */
const SYSTEMCTL = `#!/bin/sh
echo "$*" >>"$0.log"
[ "$1" = kill ] && exit
[ "$(grep -c show "$0.log")" -le 3 ] && echo 42 || echo 0
`;

test('a daemon that is killed is waited for until systemd names another process', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'services-test-'));
  onTestFinished(async () => rm(folder, {recursive: true}));
  const program = join(folder, 'systemctl');
  await writeFile(program, SYSTEMCTL);
  await chmod(program, 0o755);
  const PATH = `${folder}:${process.env['PATH']}`;
  const succeed = async ([file = '', ...argv]: readonly string[]) => (await execa(file, argv, {env: {PATH}})).stdout;
  await systemdServices({succeed} as unknown as Machine).kill('dockerd');
  const calls = (await readFile(`${program}.log`, 'utf8')).trim().split('\n');
  expect(calls.map((line) => line.split(' ')[0])).toEqual(['show', 'kill', 'show', 'show', 'show']);
  expect(calls[1]).toBe('kill --kill-whom=main --signal=KILL docker.service');
});
