import {expect, test} from 'vitest';
import {repeatedOutage} from './repeated-outage.ts';

const target = (longestMs: number, longestErrorMs = 110) => ({longestMs, longestErrorMs});

test('one upgrade has the error of sampling alone', () => {
  expect(repeatedOutage([target(500)])).toEqual({ms: 500, errorMs: 110, count: 1});
});

test('several have how far they lie apart as well', () => {
  expect(repeatedOutage([target(500), target(900), target(600)])).toEqual({ms: 600, errorMs: 410, count: 3});
});

test('those without an outage stay without one', () => {
  expect(repeatedOutage([target(0, 0), target(0, 0)])).toEqual({ms: 0, errorMs: 0, count: 2});
});
