import {expect, test} from 'vitest';
import {calibrationSentence, isStarved, slowdownOf, type Calibration} from './calibration.ts';
import {parseProcessorTime, parseStalled, samplePressure, stalledShare, stolenShare} from './pressure.ts';

test('the total of line some', () => {
  expect(
    parseStalled(
      'some avg10=95.16 avg60=93.47 avg300=93.82 total=5477101311\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=7\n',
    ),
  ).toBe(5_477_101_311);
  expect(parseStalled('')).toBeUndefined();
});

test('the share of the time between two samples', () => {
  const at = (atMs: number, cpu: number | undefined) => ({
    atMs,
    pressure: {cpu, io: 0, memory: 0},
    processors: undefined,
  });
  expect(stalledShare(at(0, 1000), at(1000, 251_000), 'cpu')).toBe(0.25);
  expect(stalledShare(at(0, undefined), at(1000, 1), 'cpu')).toBeUndefined();
  expect(stalledShare(at(5, 0), at(5, 1), 'cpu')).toBeUndefined();
});

test('a host that does not know pressure is no error', async () => {
  expect((await samplePressure()).atMs).toBeGreaterThan(0);
});

test('how many times longer a process took than it computed', () => {
  expect(slowdownOf('10000000 30000000\n')).toBe(4);
  expect(slowdownOf('')).toBeUndefined();
});

test('the share that a hypervisor kept back', () => {
  const stat = (line: string) => ({
    atMs: 0,
    pressure: {cpu: undefined, io: undefined, memory: undefined},
    processors: parseProcessorTime(`cpu  ${line}\ncpu0 1 2 3 4 5 6 7 8 9 10\n`),
  });
  const before = stat('100 10 50 5000 7 0 1 20 0 0');
  expect(before.processors).toEqual({busy: 161, stolen: 20});
  // 30 ticks of work, 90 stolen; that nothing was to be done counts for neither.
  expect(stolenShare(before, stat('110 10 70 9000 9 0 1 110 0 0'))).toBe(0.75);
  expect(stolenShare(before, stat('101 10 50 9000 9 0 1 22 0 0'))).toBeUndefined();
  expect(parseProcessorTime('')).toBeUndefined();
});

const calm = {
  machineSlowdown: 1,
  hostSlowdown: 1,
  gaveUp: false,
  hostStalled: 0.1,
  hostStolen: 0,
} satisfies Calibration;

test.for<[Partial<Calibration>, boolean, string]>([
  [{}, false, 'a process in the machine took 1 times as long as it computed; processes of the host waited'],
  [{machineSlowdown: 4, hostStalled: 0.95}, false, 'a process in the machine took 4 times'],
  [{machineSlowdown: 40, hostStalled: 0.95}, true, 'a process in the machine took 40 times'],
  [
    {machineSlowdown: 40, hostStalled: undefined, hostStolen: undefined},
    true,
    'a process in the machine took 40 times',
  ],
  [{machineSlowdown: 40, hostStalled: 0.1}, false, 'a process in the machine took 40 times'],
  // A machine with a kernel of its own does not see that its processor waits.
  [{machineSlowdown: 2, hostSlowdown: 30, hostStalled: 0.9}, true, 'a process on it took 30 times'],
  [{machineSlowdown: undefined, hostSlowdown: 30, hostStalled: undefined}, true, 'a process on it took 30 times'],
  [{hostStolen: 0.7}, true, 'its own hypervisor kept back 70 % of what it wanted'],
  // A machine that does not answer is not for that the victim of its host.
  [{machineSlowdown: undefined, gaveUp: true, hostStalled: 0.1}, false, 'a loop of 30 ms was not done'],
  [{machineSlowdown: undefined, gaveUp: true, hostStalled: undefined}, false, 'a loop of 30 ms was not done'],
  [{machineSlowdown: undefined, gaveUp: true, hostStalled: 0.9}, true, 'a loop of 30 ms was not done'],
])('%j is starved: %j', ([found, expected, sentence]) => {
  const calibration = {...calm, ...found};
  expect(isStarved(calibration)).toBe(expected);
  expect(calibrationSentence(calibration)).toContain(sentence);
});
