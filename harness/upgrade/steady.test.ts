import {expect, test} from 'vitest';
import {exampleSamples} from './example-samples.ts';
import type {Prober} from './prober.ts';
import {untilAllAnswer, untilSettled} from './steady.ts';
import type {UpgradeWorkload} from './upgrade-workload.ts';

/** A prober of one workload whose requests come to `outcomes`, all of them while it is waited for. */
const waitingFor = (outcomes: string) => {
  let asked: string | undefined;
  const prober = {
    samplesOf: () => exampleSamples((asked = asked === undefined ? '' : outcomes)),
  } as unknown as Prober;
  return [prober, [{targets: [{name: 'a'}], expected: 'is restarted'} as unknown as UpgradeWorkload], -1] as const;
};

test.each([
  ['up', 'whose last requests were answered', `xx${'.'.repeat(20)}`],
  ['down', 'whose last requests were not', `..${'x'.repeat(20)}`],
  ['unsteady', 'in a crash loop', `${'..........xxxxxxxxxxxxxxxxxxxx'.repeat(10)}..........`],
  ['unsteady', 'whose very last request was not answered', `${'.'.repeat(40)}x`],
  ['unsteady', 'that was hardly asked', 'xxx'],
])('%s is a workload %s', async (ending, _, outcomes) => {
  expect(await untilSettled(...waitingFor(outcomes), AbortSignal.timeout(5000))).toEqual(new Map([['a', ending]]));
});

test('an upgrade begins with workloads that answer steadily', async () => {
  await untilAllAnswer(...waitingFor('.'.repeat(20)), AbortSignal.timeout(5000));
  await expect(untilAllAnswer(...waitingFor('.x'.repeat(20)), AbortSignal.timeout(5000))).rejects.toThrow(
    'Cannot begin the upgrade: no steady answer from a',
  );
});
