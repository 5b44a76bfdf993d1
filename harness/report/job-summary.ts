import {appendFile} from 'node:fs/promises';
import {plainText} from '../../vms/plain-text.ts';
import type {CellRecord, FailureRecord, RunRecord} from './run-record.ts';
import {shellCommand} from './shell-command.ts';
import {formatDuration} from './terminal/duration.ts';

/** Failures that are told in full: a summary may have 1 MiB, and people read its top. */
const TOLD = 20;

/**
 * A run as Markdown for the summary of a job of GitHub:
 * https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#adding-a-job-summary
 */
export const jobSummary = (run: RunRecord): string => {
  const {cells, failures, exitCode} = run;
  const failed = cells.filter(({status}) => status === 'failed');
  const notRun = cells.filter(({status}) => status === 'not-run');
  const told = [...failures.map((failure) => ({name: 'the run itself', failure})), ...failed.flatMap(firstFailure)];
  const lines = [
    `## ${exitCode === 0 ? '✅' : '❌'} plumbline: ${cells.length - failed.length - notRun.length} passed, ${failed.length} failed${notRun.length > 0 ? `, ${notRun.length} not run` : ''}`,
    '',
    `${text(run.id)} · ${formatDuration(run.durationMs)} · exit code ${exitCode}`,
    '',
    ...told.slice(0, TOLD).flatMap(({name, failure}) => failureLines(name, failure)),
    ...(told.length > TOLD ? [`… and ${told.length - TOLD} more`, ''] : []),
    ...matrix(cells),
    '',
    ...[...new Map(run.machines.map(({runtimeSet, versions}) => [runtimeSet, versions]))].map(
      ([set, versions]) =>
        `- **${text(set)}**: ${text(
          Object.entries(versions)
            .map(([component, version]) => `${component} ${version}`)
            .join(', '),
        )}`,
    ),
  ];
  return `${lines.join('\n')}\n`;
};

/** Appends the summary where GitHub reads it; does nothing elsewhere. */
export const writeJobSummary = async (run: RunRecord, file = process.env['GITHUB_STEP_SUMMARY']): Promise<void> => {
  if (file !== undefined && file !== '') {
    await appendFile(file, jobSummary(run));
  }
};

const firstFailure = ({name, failures: [failure]}: CellRecord) => (failure === undefined ? [] : [{name, failure}]);

const failureLines = (
  name: string,
  {class: kind, layer, sentence, command, expected, seen, remedies = []}: FailureRecord,
): string[] => [
  `### ❌ ${text(name)}`,
  '',
  `**${text(sentence)}**`,
  '',
  `- class ${text(kind)}${layer === undefined ? '' : `, layer ${text(layer)}`}`,
  ...(command === undefined ? [] : [`- command: ${text(shellCommand(command))}`]),
  ...(expected === undefined ? [] : [`- expected: ${text(expected)}`]),
  ...(seen === undefined ? [] : [`- seen: ${text(seen)}`]),
  ...remedies.map((remedy) => `- mend: ${text(remedy)}`),
  '',
];

/** A row for each scenario, a column for each level and network mode on each runtime set. */
const matrix = (cells: readonly CellRecord[]): string[] => {
  const columns = [...new Set(cells.map((cell) => columnOf(cell)))];
  const rows = Map.groupBy(cells, ({file, scenario}) => JSON.stringify([file, scenario]));
  return [
    `| scenario | ${columns.map((column) => text(column)).join(' | ')} |`,
    `|---|${columns.map(() => '---').join('|')}|`,
    ...[...rows.values()].map(
      (row) =>
        `| ${text(row[0]?.scenario ?? '')} | ${columns.map((column) => sign(row.filter((cell) => columnOf(cell) === column))).join(' | ')} |`,
    ),
  ];
};

const columnOf = ({level, network, runtimeSet}: CellRecord): string => `${level} ${network} ${runtimeSet}`;

const sign = (repetitions: readonly CellRecord[]): string => {
  if (repetitions.length === 0) {
    return '';
  }
  const statuses = new Set(repetitions.map(({status}) => status));
  return statuses.has('failed') ? '❌' : statuses.has('not-run') ? '➖' : '✅';
};

/**
 * Text from outside on one line of Markdown that says nothing but itself: what Markdown and HTML give a meaning to is written as a
 * character reference, https://spec.commonmark.org/0.31.2/#entity-and-numeric-character-references
 */
const text = (outside: string): string =>
  plainText(outside)
    .replaceAll(/\s+/g, ' ')
    .slice(0, 2000)
    .replaceAll(/[\\`*_{}[\]()<>#+!|&~@:$"'=-]/g, (character) => `&#${character.charCodeAt(0)};`);
