import {performance} from 'node:perf_hooks';

/** What happens during a bake, in order, as plain data. Steps do not overlap in one layer; titles name the layer. */
export type BakeEvent =
  | {readonly type: 'step-started'; readonly title: string}
  | {readonly type: 'step-ended'; readonly title: string; readonly durationMs: number; readonly held: boolean}
  /** A sentence worth a line: a wait for another bake, an entry that is damaged and made again. */
  | {readonly type: 'note'; readonly sentence: string};

/** Takes the events of a bake; must not throw. */
export type BakeReport = (event: BakeEvent) => void;

/** What every part of a bake is handed. */
export interface BakeContext {
  readonly report: BakeReport;
  /** Ends the bake, with every process it started; the promise then rejects with the reason of the signal. */
  readonly signal: AbortSignal;
}

/** Runs a step of a bake and reports its start, its end and the time between. */
export const step = async <Result>(
  {report, signal}: BakeContext,
  title: string,
  body: () => Promise<Result>,
): Promise<Result> => {
  signal.throwIfAborted();
  const end = startStep(report, title);
  try {
    const result = await body();
    end(true);
    return result;
  } catch (error) {
    end(false);
    throw error;
  }
};

/** Reports the start of a step; the function returned reports its end, and does nothing when called again. */
export const startStep = (report: BakeReport, title: string): ((held: boolean) => void) => {
  const startedAt = performance.now();
  let ended = false;
  report({type: 'step-started', title});
  return (held) => {
    if (ended) return;
    ended = true;
    report({type: 'step-ended', title, durationMs: Math.round(performance.now() - startedAt), held});
  };
};
