import type {CellRecord, FailureRecord} from './run-record.ts';
import {shellCommand} from './shell-command.ts';
import {seconds, xmlText} from './xml-text.ts';

/** A `testcase` element; keys with `@` are attributes. */
export interface TestCase {
  '@name': string;
  '@classname': string;
  '@time': string;
  failure?: Problem;
  error?: Problem;
  skipped?: {'@message': string; '#text': string};
}

interface Problem {
  '@message': string;
  '@type': string;
  '#text': string;
}

/** A cell as a test case. */
export function cellCase(cell: CellRecord): TestCase {
  return {
    '@name': xmlText(cell.name),
    // Jenkins takes what stands before the last dot for a package.
    '@classname': xmlText(`plumbline.${cell.scenario.replaceAll('.', '_')}`),
    '@time': seconds(cell.durationMs),
    ...(cell.status === 'failed' ? problem(cell.failures) : {}),
    ...(cell.status === 'not-run' ? {skipped: skipped(cell)} : {}),
  };
}

/** A failure that belongs to no cell, as a case of its own. */
export function runCase(failure: FailureRecord, index: number): TestCase {
  return {
    '@name': xmlText(`${failure.class} ${index + 1}`),
    '@classname': 'plumbline.run',
    '@time': seconds(0),
    ...problem([failure]),
  };
}

/** The reason twice: Jenkins shows the attribute, GitLab the content. */
const skipped = (cell: CellRecord): {'@message': string; '#text': string} => {
  const reason = xmlText(cell.failures[0]?.sentence ?? 'not run');
  return {'@message': reason, '#text': reason};
};

const problem = (failures: readonly FailureRecord[]): {error: Problem} | {failure: Problem} => {
  const [first] = failures;
  if (first === undefined) return {error: {'@message': 'no reason was recorded', '@type': 'harness', '#text': ''}};
  const content = {
    '@message': xmlText(first.sentence),
    '@type': xmlText(first.layer === undefined ? first.class : `${first.class}/${first.layer}`),
    '#text': xmlText(failures.map((failure) => description(failure)).join('\n\n')),
  };
  return isInfrastructure(first) ? {error: content} : {failure: content};
};

const isInfrastructure = (failure: FailureRecord): boolean =>
  ['usage', 'host', 'provision', 'guest', 'harness'].includes(failure.class);

const description = (failure: FailureRecord): string => {
  const lines = [
    failure.sentence,
    failure.command && `command: ${shellCommand(failure.command)}`,
    failure.expected && `expected: ${failure.expected}`,
    failure.seen && `seen: ${failure.seen}`,
    ...(failure.remedies ?? []).map((remedy) => `mend: ${remedy}`),
    ...failure.evidence.map((file) => `evidence: ${file}`),
  ];
  return lines.filter(Boolean).join('\n');
};
