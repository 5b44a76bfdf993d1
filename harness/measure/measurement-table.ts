import {formatDuration, formatLatency} from '../report/terminal/duration.ts';
import type {Measurement} from './measurement.ts';

const HEAD = ['provider', 'processor', 'cold start', 'warm start', 'restore', 'command', 'memory', 'teardown'];

/** The first lines of a table of measurements, in Markdown: https://github.github.com/gfm/#tables-extension- */
export const measurementHead = (): readonly string[] => [
  row(HEAD),
  row(HEAD.map((_, index) => (index < 2 ? '---' : '--:'))),
];

/** One row of it. */
export const measurementRow = (measurement: Measurement): string => {
  const {provider, acceleration, coldStartMs, warmStartMs, restoreMs, commandMs, memoryBytes, teardownMs} = measurement;
  return row([
    `\`${provider}\``,
    acceleration === 'none' ? "the host's" : acceleration,
    formatDuration(coldStartMs),
    formatDuration(warmStartMs),
    restoreMs === undefined ? '–' : formatDuration(restoreMs),
    formatLatency(commandMs),
    `${Math.round(memoryBytes / 1e6)} MB`,
    formatDuration(teardownMs),
  ]);
};

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
