import {execFileSync} from 'node:child_process';
import {mkdtemp, rm} from 'node:fs/promises';
import {getPriority, setPriority, tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, beforeAll, expect, onTestFinished, test} from 'vitest';
import {realMachines, type RealMachines} from '../../contract/real-machines.ts';
import {sandbox} from './provider.ts';

let machines: RealMachines;

beforeAll(async () => {
  machines = await realMachines(sandbox, 'bookworm', new AbortController().signal);
});
afterAll(async () => machines?.[Symbol.asyncDispose]());

test('the path of a machine may have in it what separates the options of a mount', async () => {
  const parent = await mkdtemp(join(tmpdir(), 'start-test,a:b-'));
  onTestFinished(async () => rm(parent, {recursive: true}));
  await using machine = await machines.start({folder: join(parent, 'machine')});
  expect(await machine.succeed(['echo', 'up'])).toBe('up\n');
});

test('the umask of who starts a machine is not that of the machine', async () => {
  const before = process.umask(0o077);
  onTestFinished(() => void process.umask(before));
  const files = [{path: '/opt/plumbline-test/runc', content: '#!/bin/sh\n', mode: 0o755}];
  await using machine = await machines.start({files});
  const paths = ['/', '/opt', '/opt/plumbline-test', '/opt/plumbline-test/runc', '/run/plumbline'];
  const modes = await machine.succeed(['stat', '--format=%a', ...paths]);
  expect(modes).toBe('755\n755\n755\n755\n755\n');
  const init = await machine.succeed(['grep', 'Umask', '/proc/1/status']);
  expect(init).toBe('Umask:\t0022\n');
});

test('nor are its limits and its niceness, neither for what the machine starts nor for what enters it', async () => {
  const ofTest = (options: string): string =>
    execFileSync('sh', ['-c', `prlimit --pid "$PPID" --raw --noheadings ${options}`], {encoding: 'utf8'});
  const niceness = getPriority();
  const openFiles = ofTest('--nofile --output=SOFT').trim();
  onTestFinished(() => {
    setPriority(niceness);
    ofTest(`--nofile=${openFiles}:`);
  });
  setPriority(niceness + 5);
  ofTest('--nofile=700:');
  await using machine = await machines.start();
  const limits = await machine.succeed(['grep', '--no-filename', 'open files', '/proc/1/limits', '/proc/self/limits']);
  expect(limits).toMatch(/^(Max open files +1024 +4096 +files *\n){2}$/);
  expect(await machine.succeed(['awk', '{print $19}', '/proc/1/stat', '/proc/self/stat'])).toBe('0\n0\n');
});
