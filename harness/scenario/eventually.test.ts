import {expect, test} from 'vitest';
import {permissiveExpect} from '../explain/permissive-expect.ts';
import {eventuallyOn} from './eventually.ts';

const machine = (slowness: number): Parameters<typeof eventuallyOn>[0] => ({
  traits: {
    provider: 'paper',
    kernel: '',
    cgroupVersion: 2,
    cpus: 1,
    memoryBytes: 0,
    acceleration: 'none',
    slowness,
    latency: 1,
    address: '',
    snapshots: false,
  },
});

/** Says `true` from so many milliseconds on. */
const trueAfter = (ms: number): (() => boolean) => {
  const start = performance.now();
  return () => performance.now() - start >= ms;
};

test('a slow machine is waited for as many times longer', async () => {
  await eventuallyOn(machine(100), expect)(trueAfter(200), {withinMs: 20}).toBe(true);
  const inTime = eventuallyOn(machine(1), expect)(trueAfter(10_000), {withinMs: 20}).toBe(true);
  await expect(inTime).rejects.toThrow('expected false to be true');
});

test('what never becomes so fails with the last answer, after the message', async () => {
  const answers = ['created', 'running'];
  const ask = () => Promise.resolve(answers.shift() ?? 'paused');
  const stopped = eventuallyOn(machine(1), expect)(ask, {withinMs: 300, message: 'its state'}).toBe('stopped');
  await expect(stopped).rejects.toThrow("its state: expected 'paused' to be 'stopped'");
});

test('on paper it is asked once, and holds', async () => {
  let asked = 0;
  await eventuallyOn(machine(1), permissiveExpect)(() => (asked += 1)).not.toBe(1);
  expect(asked).toBe(1);
});
