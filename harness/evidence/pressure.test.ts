import {expect, test} from 'vitest';
import {calibrationSentence, isStarved, slowdownOf} from './calibration.ts';
import {parseStalled, samplePressure, stalledShare} from './pressure.ts';

test('the total of line some', () => {
  expect(
    parseStalled(
      'some avg10=95.16 avg60=93.47 avg300=93.82 total=5477101311\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=7\n',
    ),
  ).toBe(5_477_101_311);
  expect(parseStalled('')).toBeUndefined();
});

test('the share of the time between two samples', () => {
  const at = (atMs: number, cpu: number | undefined) => ({atMs, pressure: {cpu, io: 0, memory: 0}});
  expect(stalledShare(at(0, 1000), at(1000, 251_000), 'cpu')).toBe(0.25);
  expect(stalledShare(at(0, undefined), at(1000, 1), 'cpu')).toBeUndefined();
  expect(stalledShare(at(5, 0), at(5, 1), 'cpu')).toBeUndefined();
});

test('a host that does not know pressure is no error', async () => {
  expect((await samplePressure()).atMs).toBeGreaterThan(0);
});

test('how many times longer a process took than it computed', () => {
  expect(slowdownOf('10000000 30000000\n')).toBe(4);
  expect(slowdownOf('')).toBe(1);
});

test.for([
  [{slowdown: 4, gaveUp: false, hostStalled: 0.95}, false],
  [{slowdown: 40, gaveUp: false, hostStalled: 0.95}, true],
  [{slowdown: 40, gaveUp: false, hostStalled: undefined}, true],
  [{slowdown: 40, gaveUp: false, hostStalled: 0.1}, false],
  // A machine that does not answer is not for that the victim of its host.
  [{slowdown: 20, gaveUp: true, hostStalled: 0.1}, false],
  [{slowdown: 20, gaveUp: true, hostStalled: undefined}, false],
  [{slowdown: 20, gaveUp: true, hostStalled: 0.9}, true],
] as const)('%j is starved: %j', ([calibration, expected]) => {
  expect(isStarved(calibration)).toBe(expected);
  expect(calibrationSentence(calibration)).toMatch(/^a (?:process|loop)/);
});
