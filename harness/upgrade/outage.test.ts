import {assert, integer, property} from 'fast-check';
import {describe, expect, test} from 'vitest';
import {exampleSamples} from './example-samples.ts';
import {outageOf, type Sample} from './outage.ts';

describe('an outage', () => {
  test('is none when every request was answered', () => {
    expect(outageOf(exampleSamples('....'))).toMatchObject({
      probes: 4,
      failed: 0,
      gaps: [],
      longestMs: 0,
      totalMs: 0,
    });
  });

  test('of three failed requests is three intervals long, give or take one', () => {
    const {gaps, ...rest} = outageOf(exampleSamples('..xxx..'));
    expect(gaps).toEqual([{fromMs: 200, toMs: 500, ms: 300, errorMs: 110, failed: 3, reasons: ['Connection refused']}]);
    expect(rest).toMatchObject({failed: 3, longestMs: 300, longestErrorMs: 110, totalMs: 300});
  });

  test('adds up its gaps with their errors', () => {
    expect(outageOf(exampleSamples('.x..xx.'))).toMatchObject({
      longestMs: 200,
      longestErrorMs: 110,
      totalMs: 300,
      totalErrorMs: 220,
    });
  });

  test('that does not end lasts at least to the last request', () => {
    const {gaps} = outageOf(exampleSamples('..xx'));
    expect(gaps).toEqual([
      {fromMs: 200, toMs: undefined, ms: 150, errorMs: 60, failed: 2, reasons: ['Connection refused']},
    ]);
  });

  test('of a prober that was starved says so in its error', () => {
    const [first, second, ...late] = exampleSamples('.x.');
    const starved = [first, second, ...late.map((sample) => ({...sample, sentMs: 1100}))] as Sample[];
    expect(outageOf(starved).gaps[0]).toMatchObject({ms: 550, errorMs: 560});
  });

  test('of no request is nothing', () => {
    expect(outageOf([])).toMatchObject({probes: 0, longestMs: 0, slowestMs: 0});
  });

  test('is as long as what really happened, within its error, whenever it began', () => {
    assert(
      property(integer({min: 150, max: 5000}), integer({min: 110, max: 8000}), (downAt, lasted) => {
        const requests = Array.from({length: 150}, (_, index) => {
          const sentMs = index * 100;
          const isDown = sentMs >= downAt && sentMs < downAt + lasted;
          return {sentMs, tookMs: 1, failure: isDown ? 'Connection refused' : undefined};
        });
        const {longestMs, longestErrorMs} = outageOf(requests);
        expect(Math.abs(longestMs - lasted)).toBeLessThanOrEqual(longestErrorMs);
      }),
    );
  });
});
