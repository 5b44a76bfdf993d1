import type {Sample} from './outage.ts';

/** Requests of a prober every 100 ms, as tests write them: `.` was answered, `x` was not. */
export const exampleSamples = (outcomes: string): Sample[] =>
  outcomes.split('').map((outcome, index) => ({
    sentMs: index * 100,
    tookMs: 2,
    failure: outcome === 'x' ? 'Connection refused' : undefined,
  }));
