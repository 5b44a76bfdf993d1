import {expect, test} from 'vitest';
import {logSince, timeOfLine} from './log-time.ts';

const near = Date.parse('2026-11-23T19:23:15Z');

test.for([
  ['time="2026-11-23T19:23:15.123456789Z" level=info msg="x"', 123],
  ['2026-11-23T19:23:15,250000+00:00 Out of memory', 250],
  ['2026-11-23T21:23:15.5+02:00 x', 500],
  ['Nov 23 19:23:15.004321 machine dockerd[12]: x', 4],
  ['172.17.0.1 - - [23/Nov/2026:19:23:15 +0000] "GET / HTTP/1.1" 200', 0],
  ['2026/11/23 19:23:15 [notice] 1#1: start', 0],
] as const)('the time of %j', ([line, milliseconds]) => {
  expect(timeOfLine(line, near)).toBe(near + milliseconds);
});

test.for(['', 'no time here', 'time="yesterday"', '2026-13-45T99:99:99Z x', '[99/Foo/2026:19:23:15 +0000]'])(
  '%j has none',
  (line) => {
    expect(timeOfLine(line, near)).toBeUndefined();
  },
);

const at = (second: number, text: string): string => `time="2026-11-23T19:23:${second}Z" msg="${text}"`;

test('a log is cut to what was written since, with the lines that belong to it', () => {
  const text = [at(10, 'old'), 'of old', at(20, 'new'), 'of new', ''].join('\n');
  expect(logSince(text, near)).toBe([at(20, 'new'), 'of new', ''].join('\n'));
});

test('a log that is older is empty, and one without times stays whole', () => {
  expect(logSince(`${at(10, 'old')}\n`, near)).toBe('');
  expect(logSince('one\ntwo\n', near)).toBe('one\ntwo\n');
});
