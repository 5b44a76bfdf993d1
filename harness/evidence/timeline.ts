import {stripVTControlCharacters} from 'node:util';
import {timeOfLine} from './log-time.ts';

/** Something that happened. */
export interface TimelineEntry {
  /** Milliseconds since the epoch. */
  readonly atMs: number;
  /** Who says it: `step`, `command`, `packet`, `probe`, or the name of a log. */
  readonly source: string;
  readonly text: string;
}

/** What the lines of a log say, each at its time; a line without one belongs to the line before it, and to nothing at the beginning. */
export const logEntries = (source: string, text: string, near: number): TimelineEntry[] => {
  let atMs: number | undefined;
  return text.split('\n').flatMap((line) => {
    atMs = timeOfLine(line, near) ?? atMs;
    return line.trim() === '' || atMs === undefined ? [] : [{atMs, source, text: line}];
  });
};

/**
 * One line for each entry, in the order of time: UTC time, seconds since `since`, source, text, with tabs between them. Entries of the same
 * time stay in the order in which they were given.
 */
export const timelineText = (entries: readonly TimelineEntry[], since: number): string =>
  entries
    .toSorted((one, other) => one.atMs - other.atMs)
    .map(({atMs, source, text}) => {
      const offset = (atMs - since) / 1000;
      const line = stripVTControlCharacters(text)
        .replaceAll(/[\s\p{Cc}]+/gv, ' ')
        .trim();
      return `${new Date(atMs).toISOString()}\t${offset < 0 ? '-' : '+'}${Math.abs(offset).toFixed(3)}\t${source}\t${line}\n`;
    })
    .join('');
