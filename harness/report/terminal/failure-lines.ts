import {join} from 'node:path';
import type {FailureRecord} from '../run-record.ts';
import type {Paint} from './paint.ts';
import {cut, printable} from './printable.ts';
import {shellCommand} from '../shell-command.ts';

/** Longest command shown: cut later than other strings, since a command is there to be copied. */
const LONGEST_COMMAND = 2000;

/** Where a failure happened. */
export interface FailureContext {
  /** Folder of the run; paths of evidence are shown inside it. */
  readonly folder?: string | undefined;
  /** Title of the step that failed. */
  readonly step?: string | undefined;
}

/** A failure in full: the sentence, whose fault it is, how to see it again, and where to look. */
export function failureLines(failure: FailureRecord, paint: Paint, context: FailureContext = {}): readonly string[] {
  const points = failure.layer === undefined ? '' : `, points at ${failure.layer}`;
  const rows: [string, string | undefined][] = [
    ['class', printable(`${failure.class}${points}`)],
    ['step', context.step && printable(context.step)],
    ['command', failure.command && cut(shellCommand(failure.command), LONGEST_COMMAND)],
    ['expected', failure.expected && printable(failure.expected)],
    ['seen', failure.seen && printable(failure.seen)],
    ...(failure.remedies ?? []).map((remedy): [string, string] => ['mend', printable(remedy, LONGEST_COMMAND)]),
    ['evidence', evidenceText(failure, context)],
  ];
  return [
    paint('bad', printable(failure.sentence)),
    ...rows.flatMap(([title, text]) => (text ? [`  ${paint('quiet', title.padEnd(8))}  ${text}`] : [])),
  ];
}

/** The file to begin with, and how many lie beside it. */
const evidenceText = (
  {evidence: [first, ...others]}: FailureRecord,
  {folder = ''}: FailureContext,
): string | undefined =>
  first && printable(`${join(folder, first)}${others.length === 0 ? '' : ` and ${others.length} more files there`}`);
