import {expect, test} from 'vitest';
import {logEntries, timelineText} from './timeline.ts';

const since = Date.parse('2026-11-23T19:23:15Z');

test('entries of every source are joined in the order of time', () => {
  const entries = [
    {atMs: since + 2000, source: 'step', text: 'failed: probe'},
    ...logEntries('dockerd', 'lost\ntime="2026-11-23T19:23:14.5Z" a\n  goes on\n', since),
    {atMs: since + 1, source: 'command', text: 'ip addr'},
  ];
  expect(timelineText(entries, since).split('\n')).toEqual([
    '2026-11-23T19:23:14.500Z\t-0.500\tdockerd\ttime="2026-11-23T19:23:14.5Z" a',
    '2026-11-23T19:23:14.500Z\t-0.500\tdockerd\tgoes on',
    '2026-11-23T19:23:15.001Z\t+0.001\tcommand\tip addr',
    '2026-11-23T19:23:17.000Z\t+2.000\tstep\tfailed: probe',
    '',
  ]);
});

test('what a workload writes stays on its line', () => {
  const text = timelineText([{atMs: since, source: 'workload', text: 'a\tb\n\u001B[2Jc\u0007'}], since);
  expect(text).toBe('2026-11-23T19:23:15.000Z\t+0.000\tworkload\ta b c\n');
});
