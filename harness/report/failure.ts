import {inspect} from 'node:util';
import {HostError, PlumblineError, type FailureClass} from '../../vms/errors.ts';
import type {FailureRecord} from './run-record.ts';

/** What went wrong beside the cells of one runtime set, such as with a machine of it. The cause says what. */
export class FailureOnSet extends Error {
  readonly runtimeSet: string;

  constructor(runtimeSet: string, cause: unknown) {
    super(`Failed on "${runtimeSet}"`, {cause});
    this.name = new.target.name;
    this.runtimeSet = runtimeSet;
  }
}

/** What the record of a run keeps of an error. Errors that were not raised on purpose are of class `harness`. */
export const failureRecordOf = (error: unknown, evidence: readonly string[] = []): FailureRecord => {
  if (error instanceof FailureOnSet) {
    return {...failureRecordOf(error.cause, evidence), runtimeSet: error.runtimeSet};
  }
  if (!(error instanceof PlumblineError)) {
    return {
      class: isAssertion(error) ? 'runtime' : 'harness',
      sentence: sentenceOf(error),
      evidence: [...evidence],
      ...assertionDetails(error),
    };
  }
  const {failureClass, message, layer, command, expected, seen} = error;
  const requirements = error instanceof HostError ? error.requirements : [];
  const remedies = requirements.flatMap(({remedy}) => remedy ?? []);
  return {
    class: failureClass,
    sentence: message,
    evidence: [...evidence],
    ...(layer !== undefined && {layer}),
    ...(command !== undefined && command.length > 0 && {command: [...command]}),
    ...(expected !== undefined && {expected}),
    ...(seen !== undefined && {seen}),
    ...(remedies.length > 0 && {remedies}),
  };
};

/**
 * Exit codes, and which failures lead to them; an earlier line goes before a later one. A check that failed goes before what this host can
 * not do for another runtime set: a CI may take that for a reason to skip.
 */
const EXIT_CODES: readonly (readonly [code: number, classes: readonly FailureClass[]])[] = [
  [2, ['usage']],
  [1, ['runtime', 'workload', 'probe']],
  [3, ['host']],
  [4, ['provision', 'guest', 'harness']],
  [5, ['residue']],
];

/** The exit code of a run with these failures; 0 when there are none. */
export const exitCodeOf = (failures: readonly Pick<FailureRecord, 'class'>[]): number => {
  const classes = new Set(failures.map((failure) => failure.class));
  return EXIT_CODES.find(([, leading]) => leading.some((one) => classes.has(one)))?.[0] ?? 0;
};

/** Vitest's `expect` throws these: a check of the scenario failed. */
const isAssertion = (error: unknown): error is Error & {readonly expected?: unknown; readonly actual?: unknown} =>
  error instanceof Error && error.name === 'AssertionError';

const assertionDetails = (error: unknown): Pick<FailureRecord, 'expected' | 'seen'> =>
  isAssertion(error) && error.expected !== undefined ? {expected: text(error.expected), seen: text(error.actual)} : {};

/** Never throws: a scenario may compare, and throw, what is no JSON, such as a BigInt or what contains itself. */
const text = (value: unknown): string => {
  if (typeof value === 'string') {
    return value;
  }
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return inspect(value, {customInspect: false, breakLength: Infinity});
  }
};

const sentenceOf = (error: unknown): string => {
  // What comes from another thread is no `Error` any more, and looks like one.
  const message = (error as {message?: unknown} | undefined)?.message ?? error;
  const [sentence = ''] = text(message).split('\n');
  return sentence === '' ? 'Unknown failure' : sentence;
};

/** The errors that an error is made of, the first one first: a teardown that fails as well hides nothing. */
export const flattened = (error: unknown): unknown[] => {
  if (error instanceof SuppressedError) {
    return [...flattened(error.suppressed), ...flattened(error.error)];
  }
  if (error instanceof FailureOnSet) {
    return flattened(error.cause).map((one) => new FailureOnSet(error.runtimeSet, one));
  }
  // One that is made of none, as Promise.any() of nothing throws it, is an error itself.
  const parts: readonly unknown[] = error instanceof AggregateError ? error.errors : [];
  return parts.length > 0 ? parts.flatMap((one) => flattened(one)) : [error];
};
