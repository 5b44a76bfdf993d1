import {Duplex, Readable} from 'node:stream';
import {setImmediate} from 'node:timers/promises';
import {expect, test} from 'vitest';
import type {Machine} from '../../vms/machine.ts';
import {Prober, type ProbeTarget} from './prober.ts';

const target: ProbeTarget = {name: 'a', vantage: 'machine', host: '127.0.0.1', port: 8080};

/** A prober whose process is the test itself: `say` is its output, and it ends when it is told to, or by `end`. */
const startedProber = async () => {
  const {promise: ended, resolve: end} = Promise.withResolvers<void>();
  const stream = new Duplex({
    read: () => undefined,
    write: (_chunk, _encoding, done) => done(),
    final: (done) => (end(), done()),
  });
  const machine = {
    traits: {latency: 1},
    put: () => Promise.resolve(),
    spawn: () => ({stream, stderr: Readable.from(['killed\n']), ended, kill: end}),
  } as unknown as Machine;
  const say = async (line: string): Promise<void> => {
    stream.push(`${line}\n`);
    await setImmediate();
  };
  const starting = Prober.start(machine, [target], {status: 200, contains: 'Welcome'});
  await setImmediate();
  await say('ready');
  return {prober: await starting, say, end};
};

test('what was asked before is forgotten', async () => {
  const {prober, say} = await startedProber();
  await say('a\t100\t0\tfailed\tConnection refused');
  expect(prober.samplesOf(target)).toHaveLength(1);
  prober.forget();
  expect(prober.samplesOf(target)).toEqual([]);
  await say('a\t200\t2\tok\t');
  expect(prober.samplesOf(target)).toEqual([{sentMs: 200, tookMs: 2, failure: undefined}]);
});

test('one that ends when it is told to has said everything', async () => {
  const {prober, say} = await startedProber();
  await say('a\t100\t2\tok\t');
  await prober[Symbol.asyncDispose]();
  expect(prober.samplesOf(target)).toHaveLength(1);
});

test('one that ends by itself does not stand for answers', async () => {
  const {prober, say, end} = await startedProber();
  await say('a\t100\t2\tok\t');
  end();
  await setImmediate();
  expect(() => prober.samplesOf(target)).toThrow('Cannot probe: the prober ended, killed');
  await prober[Symbol.asyncDispose]();
  expect(() => prober.samplesOf(target)).toThrow('Cannot probe: the prober ended, killed');
});
