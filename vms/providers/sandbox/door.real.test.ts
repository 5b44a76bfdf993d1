import {afterAll, beforeAll, expect, test} from 'vitest';
import {realMachines, type RealMachines} from '../../contract/real-machines.ts';
import type {OwnedMachine} from '../../machine.ts';
import {sandbox} from './provider.ts';

let machines: RealMachines;
let machine: OwnedMachine;

beforeAll(async () => {
  machines = await realMachines(sandbox, 'bookworm', new AbortController().signal);
  machine = await machines.start();
});
afterAll(async () => {
  await machine?.[Symbol.asyncDispose]();
  await machines?.[Symbol.asyncDispose]();
});

test('a command at its deadline is not waited for where what has left it holds its output', async () => {
  const running = machine.exec(['sh', '-c', 'setsid sleep 984 & sleep 984'], {timeoutMs: 3000});
  await expect(running).rejects.toThrow('no end within 3000 ms');
  expect(await machine.succeed(['pgrep', '-f', '^sleep 984'])).toMatch(/^\d+\n$/);
});

test('output beyond what was asked for is dropped, and ends the command', async () => {
  const {stdout, signal} = await machine.exec(['sh', '-c', 'exec cat /dev/zero'], {maxBytes: 1000});
  expect([stdout.length, signal]).toEqual([1000, 'SIGTERM']);
});

test('a command writes into pipes, which programs open again by their names', async () => {
  const {stdout, stderr} = await machine.exec(['sh', '-c', 'echo out >/dev/stdout; echo err >/dev/stderr']);
  expect([stdout, stderr]).toEqual(['out\n', 'err\n']);
});

test('a command whose output nobody takes holds up no other one', async () => {
  const endless = machine.spawn(['cat', '/dev/zero']);
  endless.stream.pause();
  const {stdout} = await machine.exec(['head', '--bytes=3000000', '/dev/zero']);
  endless.kill();
  expect(stdout.length).toBe(3_000_000);
});

test('a command has its three streams and no other file', async () => {
  expect(await machine.succeed(['sh', '-c', 'ls /proc/self/fd'], {input: 'something'})).toBe('0\n1\n2\n3\n');
});

test('the machine does not see what starts its commands', async () => {
  expect(await machine.succeed(['sh', '-c', 'echo $PPID'])).toBe('0\n');
  expect((await machine.exec(['pgrep', '-x', 'perl'])).stdout).toBe('');
});
