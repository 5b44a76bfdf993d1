import type {ProgressEvent, ProgressListener} from '../progress.ts';
import type {ExpectedDuration} from '../expected-durations.ts';
import {ActiveSteps} from './active-steps.ts';
import {formatDuration} from './duration.ts';
import {createEventLines} from './event-lines.ts';
import {githubGroups} from './github-groups.ts';
import {FRAME_MS, liveLines} from './live-lines.ts';
import {createPaint} from './paint.ts';
import {printable} from './printable.ts';
import {writeLines} from './whole-lines.ts';

/** Without a terminal, a step is mentioned each time it has gone on for this much longer, so that a log does not look dead. */
const STILL_MS = 30_000;

/** Columns where there is no terminal to ask. */
const WIDE = 120;

/** Options of {@link terminalReporter}. Each is found out from the stream and the environment when left out. */
export interface TerminalOptions {
  /** Whether to colour. Default: a terminal is coloured; `NO_COLOR` and `FORCE_COLOR` are honoured. */
  readonly colour?: boolean | undefined;
  /** Whether lines may be rewritten. Default: on a terminal that can, outside CI. */
  readonly interactive?: boolean | undefined;
  /** Columns. Default: those of the terminal, or 120. */
  readonly width?: number | undefined;
  /** What took how long the last time. Default: nothing is known. */
  readonly expected?: ExpectedDuration | undefined;
  /** Whether the log is one of GitHub Actions. Default: `GITHUB_ACTIONS`. */
  readonly github?: boolean | undefined;
}

/** A listener that draws the run; `stop` takes down what moves, and may be called more than once. */
export type TerminalReporter = ProgressListener & Disposable & {stop(): void};

/** Draws a run on a stream: with a live region on a terminal, line by line elsewhere. */
export const terminalReporter = async (
  stream: NodeJS.WriteStream | NodeJS.WritableStream,
  options: TerminalOptions = {},
): Promise<TerminalReporter> => {
  const interactive = options.interactive ?? isInteractive(stream);
  const {listen, stop} = interactive ? await drawLive(stream, options) : drawPlain(stream, options);
  return Object.assign(listen, {stop, [Symbol.dispose]: stop});
};

interface Drawing {
  readonly listen: ProgressListener;
  readonly stop: () => void;
}

const drawLive = async (
  stream: NodeJS.WritableStream,
  {colour, width = columns(stream), expected}: TerminalOptions,
): Promise<Drawing> => {
  // What measures how wide a character is takes longer to load than all else here.
  const {createLiveRegion} = await import('./live-region.ts');
  const paint = createPaint(stream, colour);
  const linesOf = createEventLines(paint, width);
  const active = new ActiveSteps(expected);
  const region = createLiveRegion(stream);
  const redraw = (): void => region.show(liveLines(active.innermost(), performance.now(), width, paint));
  const timer = setInterval(redraw, FRAME_MS).unref();
  let stopped = false;
  const stop = (): void => {
    if (stopped) return;
    stopped = true;
    clearInterval(timer);
    region.end();
  };
  const listen = (event: ProgressEvent): void => {
    active.follow(event, performance.now());
    const lines = linesOf(event);
    if (stopped) {
      writeLines(stream, lines);
      return;
    }
    if (lines.length > 0) region.keep(lines);
    redraw();
    if (event.type === 'finished') stop();
  };
  return {listen, stop};
};

const drawPlain = (
  stream: NodeJS.WritableStream,
  {colour, width = columns(stream), github = process.env['GITHUB_ACTIONS'] === 'true'}: TerminalOptions,
): Drawing => {
  const plainLines = createEventLines(createPaint(stream, colour), width);
  const linesOf = github ? githubGroups(plainLines) : plainLines;
  const active = new ActiveSteps();
  const timer = setInterval(() => {
    const now = performance.now();
    const late = active.innermost().filter((step) => now - step.sinceMs >= STILL_MS);
    writeLines(
      stream,
      late.map(
        (step) => `… ${formatDuration(now - step.sinceMs).padStart(10)}  ${printable(step.title || step.scope)}`,
      ),
    );
  }, STILL_MS).unref();
  return {
    listen(event) {
      active.follow(event, performance.now());
      writeLines(stream, linesOf(event));
      if (event.type === 'finished') clearInterval(timer);
    },
    stop: () => clearInterval(timer),
  };
};

/** A CI's log may be a pseudo-terminal, but nobody watches it move. */
const isInteractive = (stream: object): boolean =>
  'isTTY' in stream && stream.isTTY === true && process.env['TERM'] !== 'dumb' && !process.env['CI'];

const columns = (stream: object): number =>
  'columns' in stream && typeof stream.columns === 'number' && stream.columns > 0 ? stream.columns : WIDE;
