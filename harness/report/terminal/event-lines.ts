import type {ProgressEvent} from '../progress.ts';
import type {CellRecord, FailureRecord, MachineRecord, StepRecord} from '../run-record.ts';
import {cellLabels} from './cell-label.ts';
import {formatDuration} from './duration.ts';
import {failureLines} from './failure-lines.ts';
import type {Paint} from './paint.ts';
import {planLines} from './plan-lines.ts';
import {printable} from './printable.ts';
import {summaryLines} from './summary-lines.ts';

/** A passed step shorter than this many milliseconds is not worth a line; `run.json` has it. */
const WORTH_A_LINE_MS = 50;

/** Failures of one cell that are shown in full. */
const SHOWN_IN_FULL = 3;

/** The lines that stay on screen for an event; none for most. */
export type EventLines = (event: ProgressEvent) => readonly string[];

/**
 * Turns the events of one run, given in order, into lines. Nothing but the events decides what they are.
 * Only tables keep to `width`: other lines are left to the terminal to wrap, so that commands can be copied.
 */
export function createEventLines(paint: Paint, width: number): EventLines {
  let labelOf = cellLabels([]);
  let folder: string | undefined;
  const cellNames = new Set<string>();

  return (event) => {
    switch (event.type) {
      case 'planned':
        labelOf = cellLabels(event.cells);
        folder = event.folder;
        for (const cell of event.cells) cellNames.add(cell.name);
        return planLines(event, paint);
      case 'step-ended':
        return cellNames.has(event.scope) ? [] : stepLines(event.step, event.scope, paint);
      case 'machine-ready':
        return [machineLine(event.machine, paint)];
      case 'cell-ended':
        return cellLines(event.cell, labelOf(event.cell), folder, paint);
      case 'note':
        return [`${paint('warning', '·')} ${printable(event.sentence)}`];
      case 'finished':
        return summaryLines(event.run, event.folder, paint, width);
      case 'step-started':
      case 'cell-started':
    }
    return [];
  };
}

const stepLines = (step: StepRecord, scope: string, paint: Paint): readonly string[] => {
  if (step.status === 'passed' && step.durationMs < WORTH_A_LINE_MS) return [];
  const suffix = scope === 'run' ? '' : paint('quiet', `  ${printable(scope)}`);
  return [`${mark(step.status, paint)} ${time(step.durationMs, paint)}  ${printable(step.title)}${suffix}`];
};

const machineLine = (machine: MachineRecord, paint: Paint): string => {
  const versions = Object.entries(machine.versions).map(([component, version]) => `${component} ${version}`);
  const text = [machine.runtimeSet, ...versions].join(' · ');
  return `${paint('good', '✓')} ${paint('quiet', 'ready'.padStart(10))}  ${printable(text)}`;
};

const cellLines = (cell: CellRecord, label: string, folder: string | undefined, paint: Paint): readonly string[] => {
  const name = paint('strong', printable(label));
  if (cell.status === 'not-run') {
    return [
      `${mark(cell.status, paint)} ${''.padStart(10)}  ${name}  ${paint('quiet', printable(notRunReason(cell)))}`,
    ];
  }
  const title = `${mark(cell.status, paint)} ${time(cell.durationMs, paint)}  ${name}`;
  if (cell.status === 'passed') return [title];
  const step = cell.steps.find((candidate) => candidate.status === 'failed')?.title;
  const shown = cell.failures.slice(0, SHOWN_IN_FULL);
  const more = cell.failures.length - shown.length;
  return [
    title,
    ...shown
      .flatMap((failure, index) => failureLines(failure, paint, {folder, step: index === 0 ? step : undefined}))
      .map(indented),
    ...(more > 0 ? [indented(paint('quiet', `and ${more} more in run.json`))] : []),
  ];
};

const notRunReason = (cell: CellRecord): string => {
  const first: FailureRecord | undefined = cell.failures[0];
  return first === undefined ? 'not run' : `not run: ${first.sentence}`;
};

const mark = (status: CellRecord['status'], paint: Paint): string => {
  if (status === 'passed') return paint('good', '✓');
  return status === 'failed' ? paint('bad', '✗') : paint('warning', '-');
};

const time = (milliseconds: number, paint: Paint): string => paint('quiet', formatDuration(milliseconds).padStart(10));

const indented = (line: string): string => `    ${line}`;
