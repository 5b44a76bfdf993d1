import {AssertionError} from 'node:assert';
import {basename, extname, join} from 'node:path';
import {attachmentPath, ContentType, label, parameter} from 'allure-js-commons';
import {FAILURE_CLASS_LABEL} from '../../report/allure-label.ts';
import {exitCodeOf} from '../../report/failure.ts';
import type {PlannedCell} from '../../report/progress.ts';
import type {FailureRecord} from '../../report/run-record.ts';
import type {Lease} from '../desk-protocol.ts';

/** Tells Allure what a cell is, before anything can fail. */
export const describeCell = async ({scenario, level, network, runtimeSet}: PlannedCell): Promise<void> => {
  await label('suite', scenario);
  await label('layer', level);
  await parameter('level', level);
  await parameter('network', network);
  await parameter('runtime set', runtimeSet);
};

/** Tells Allure where a cell runs. Not part of what a cell is: with other versions it has the same history. */
export const describeMachine = async ({reference, versions}: Lease): Promise<void> => {
  const {provider, acceleration} = reference.traits;
  const machine = acceleration === 'none' ? provider : `${provider}, ${acceleration}`;
  for (const [name, value] of Object.entries({machine, ...versions})) {
    await parameter(name, value, {excluded: true});
  }
};

/** Tells Allure how a cell ended, with the files that explain it. `files` are paths in the run's folder. */
export const describeOutcome = async (
  failure: FailureRecord | undefined,
  files: readonly string[],
  folder: string,
): Promise<void> => {
  if (failure !== undefined) {
    await label(FAILURE_CLASS_LABEL, failure.class);
  }
  for (const file of new Set(files)) {
    await attachmentPath(basename(file), join(folder, file), {
      contentType: CONTENT_TYPES[extname(file)] ?? ContentType.TEXT,
    });
  }
};

/** By the end of a file's name; the last one is that of https://www.iana.org/assignments/media-types/application/vnd.tcpdump.pcap */
const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.json': ContentType.JSON,
  '.pcap': 'application/vnd.tcpdump.pcap',
};

/**
 * The error to end a test with. Allure calls a test failed when an assertion did not hold and broken otherwise: which is the
 * difference between software under test that did something else and a harness, machine or host that could not find out.
 */
export const asAllureTakesIt = (error: unknown, failure: FailureRecord | undefined): unknown => {
  if (failure === undefined || !CHECKED.has(exitCodeOf([failure])) || !(error instanceof Error)) {
    return error;
  }
  const {sentence, expected, seen} = failure;
  return new AssertionError({message: sentence, expected, actual: seen, operator: failure.class});
};

/** Exit codes for what a check found: something that did not hold, something that was left. */
const CHECKED: ReadonlySet<number> = new Set([1, 5]);
