import {setTimeout} from 'node:timers/promises';
import {PlumblineError} from '../../vms/errors.ts';
import {refuseDead, unlessDead, type DeathWatch} from '../levels/dead-workload.ts';
import type {LevelContext, RunningWorkload} from '../levels/level.ts';
import type {ReachRecord} from '../report/run-record.ts';
import type {Workload} from '../scenario/workload.ts';
import {probe, type ProbeResult} from './probe.ts';
import {targetOf, type Target} from './target.ts';
import type {TruthEntry} from './truth-table.ts';

const ANSWER_DEADLINE_MS = 10_000;
const PROBE_TIMEOUT_MS = 2000;
/** Silence is believed after this long, times the latency of the machine, or after this many times what the slowest answer took, whichever is more. */
const SILENCE_MS = 250;
const SILENCE_FACTOR = 10;

/** What a truth table is checked with. */
export type ReachContext = Pick<LevelContext, 'machine' | 'workload' | 'network' | 'signal'> & {
  readonly running: RunningWorkload;
};

/**
 * Checks every entry of a truth table. Those that must answer come first: they are waited for, and what they took says how long a
 * silence has to last to be one. `withinMs`: for how long an answer is waited for, multiplied by the slowness of the machine. Throws a
 * {@link PlumblineError} of class `workload` as soon as the workload has died.
 */
export const checkReach = async (
  context: ReachContext,
  entries: readonly TruthEntry[],
  withinMs = ANSWER_DEADLINE_MS,
): Promise<ReachRecord[]> => {
  const deadline = performance.now() + withinMs * context.machine.traits.slowness;
  // What has ended has lost its address as well, and says more by its last words.
  await refuseDead(context, `reach "${context.running.name}"`, 'nothing was asked yet');
  const asked = entries.map((entry) => ({entry, target: targetOf(entry, context)}));
  const positive = asked.filter(({entry}) => entry.expected === 'answers');
  const others = asked.filter(({entry}) => entry.expected !== 'answers');
  const startedAt = performance.now();
  let tookMs = 0;
  const answered = await Promise.all(
    positive.map(async ({entry, target}) => {
      const result = await untilAnswer(context, target, deadline);
      tookMs = result.kind === 'answer' ? performance.now() - startedAt : tookMs;
      return record(entry, target, result, context.workload);
    }),
  );
  const silenceMs = Math.round(
    Math.max(SILENCE_MS * context.machine.traits.latency, Math.min(SILENCE_FACTOR * tookMs, 2 * PROBE_TIMEOUT_MS)),
  );
  const silent = await Promise.all(
    others.map(async ({entry, target}) =>
      record(entry, target, await ask(context, target, silenceMs), context.workload),
    ),
  );
  return [...answered, ...silent];
};

/** The error of a truth table that did not hold; `undefined` when it held. */
export const reachFailure = (records: readonly ReachRecord[]): PlumblineError | undefined => {
  const broken = records.filter(({held}) => !held);
  const [first] = broken;
  if (first === undefined) {
    return undefined;
  }
  const others = broken.length > 1 ? `, and ${broken.length - 1} more entries of its truth table do not hold` : '';
  return new PlumblineError(
    'probe',
    `Cannot confirm "${first.vantage} ${first.expected} on ${first.url}": ${sentenceOf(first)}${others}`,
    {
      command: ['curl', '--verbose', first.url],
      expected: broken.map(({vantage, url, expected}) => `${vantage} ${url}: ${expected}`).join('; '),
      seen: broken.map((entry) => `${entry.vantage} ${entry.url}: ${sentenceOf(entry)}`).join('; '),
    },
  );
};

const sentenceOf = ({seen}: ReachRecord): string => {
  if (seen.kind === 'silent') return `no answer, ${seen.reason}`;
  const {status, brokenOff} = seen;
  return `it answered with ${status}${brokenOff === undefined ? '' : `, and broke off: ${brokenOff}`}`;
};

/** Sends one probe. Where it can't be sent at all, a workload that has died is the reason: its network namespace is gone with it. */
const ask = (context: DeathWatch, {dial, url}: Target, timeoutMs: number): Promise<ProbeResult> =>
  unlessDead(context, `reach "${url}"`, () => probe(dial, url, timeoutMs));

/** Repeats a probe until it is answered to the end, the deadline has passed, or the workload has died. */
const untilAnswer = async (context: DeathWatch, target: Target, deadline: number): Promise<ProbeResult> => {
  const {machine, signal} = context;
  for (;;) {
    const result = await ask(context, target, PROBE_TIMEOUT_MS * machine.traits.slowness);
    const missing = result.kind === 'answer' ? result.brokenOff : result.reason;
    if (missing === undefined) {
      return result;
    }
    await refuseDead(context, `reach "${target.url}"`, missing);
    if (performance.now() > deadline) {
      return result;
    }
    await setTimeout(15, undefined, {signal});
  }
};

const record = (
  {route, vantage, expected}: TruthEntry,
  {url}: Target,
  result: ProbeResult,
  {answer}: Workload,
): ReachRecord => {
  if (result.kind === 'silent') {
    return {route, vantage, url, expected, seen: result, held: expected !== 'answers'};
  }
  const {status, firstByteMs, body, brokenOff} = result;
  const isRight = brokenOff === undefined && status === answer.status && body.includes(answer.contains);
  return {
    route,
    vantage,
    url,
    expected,
    seen: {kind: 'answer', status, firstByteMs, brokenOff},
    held: expected === 'either' || (expected === 'answers' && isRight),
  };
};
