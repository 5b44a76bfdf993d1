import {expect, onTestFinished, test, vi} from 'vitest';
import {batsFile} from './bats.ts';
import {benchLines} from './bench-lines.ts';
import {benchMarkdown} from './bench-markdown.ts';
import type {BenchRecord} from './bench-record.ts';
import {compete} from './contest.ts';
import {estimate} from './estimate.ts';
import {runWhole} from './whole-runs.ts';

test('every round begins with another entrant, and the first does not count', async () => {
  const order: string[] = [];
  const entrant = (name: string) => ({name, run: async () => void order.push(name)});
  const times = await compete([entrant('a'), entrant('b'), entrant('c')], 3);
  expect(order.join('')).toBe('abcbcacababc');
  expect([...times].map(([name, {length}]) => [name, length])).toEqual([
    ['a', 3],
    ['b', 3],
    ['c', 3],
  ]);
});

test('the median stands with its interval', () => {
  const samples = Array.from({length: 25}, (_, index) => 100 - index);
  expect(estimate(samples)).toEqual({median: 88, low: 83, high: 93, samples: 25});
});

test('few samples have no interval but their extremes', () => {
  expect(estimate([3, 1, 2])).toEqual({median: 2, low: 1, high: 3, samples: 3});
});

const machine = {
  shellCommand: (command: readonly string[]) => ({
    file: 'nsenter',
    argv: ['--target', '7', ...command],
    env: {PATH: '/usr/bin', LANG: "it's"},
  }),
};

test('bats enters the machine as a person would', () => {
  expect(batsFile('docker published', machine, '/tmp/script')).toBe(
    `@test 'docker published' {\n  env -i PATH=/usr/bin 'LANG=it'\\''s' nsenter --target 7 sh -eu /tmp/script\n}\n`,
  );
});

const exactly = (median: number) => ({median, low: median, high: median, samples: 1});

test('the tables say what each further cell costs, and leave bats out where it is not installed', () => {
  const record: BenchRecord = {
    host: {processors: 2, load: 0.5, kernel: '6.1'},
    provider: 'sandbox',
    runtimeSet: 'bookworm',
    rounds: 1,
    cells: [{level: 'runc', network: 'netns', script: exactly(1000), tool: exactly(1050), cell: exactly(2000)}],
    run: {
      cellCount: 1,
      total: exactly(5000),
      startUp: exactly(1000),
      machine: exactly(1000),
      cells: exactly(2000),
      rest: exactly(1000),
      own: exactly(700),
      peakBytes: 2 ** 28,
    },
    growth: {
      byCells: [10, 100].map((cells) => ({
        cells,
        runtimeSets: ['bookworm'],
        total: exactly(2000 + cells * 1500),
        own: exactly(cells * 10),
        peakBytes: 2 ** 28,
        processorsInUse: 1.5,
      })),
      bySets: [],
    },
  };
  const text = benchMarkdown(record);
  expect(text).toContain('| runc netns | 1.00 s | 1.05 s | 1.05 | 2.00 s |');
  expect(text).not.toContain('bats');
  expect(text).toContain('| 100 | bookworm | 2 min 32 s | 8.94 | 1.50 s | 1.50 | 1.00 s | 256 MiB |');
  expect(benchLines(record).join('\n')).toContain('start-up');
});

test('a whole run finds its scenario from any folder', {timeout: 30_000}, async () => {
  vi.stubEnv('INIT_CWD', '/');
  onTestFinished(() => void vi.unstubAllEnvs());
  const argv = ['scenarios/nginx.scenario.ts', '--machine', 'mainframe'];
  await expect(runWhole(argv, '/nonexistent', new AbortController().signal)).rejects.toMatchObject({
    seen: expect.stringMatching(/^Cannot use the machine "mainframe": /v),
  });
});
