import type {PlannedCell, ProgressEvent} from '../progress.ts';
import type {ExpectedDuration} from '../expected-durations.ts';
import {cellLabels} from './cell-label.ts';

/** Something that is going on. */
export interface ActiveStep {
  /** `run`, a machine's id or the short name of a cell. */
  readonly scope: string;
  /** Empty for a cell between two of its steps. */
  readonly title: string;
  /** In milliseconds, on the clock of {@link ActiveSteps.follow}. */
  readonly sinceMs: number;
  /** What it took the last time, in milliseconds, where that is known. */
  readonly expectedMs?: number;
}

/** Keeps count of what is going on, from the events of a run. */
export class ActiveSteps {
  readonly #labels = new Map<string, string>();
  readonly #stacks = new Map<string, ActiveStep[]>();
  readonly #expected: ExpectedDuration;

  constructor(expected: ExpectedDuration = () => undefined) {
    this.#expected = expected;
  }

  /** Takes an event and the time at which it arrived. */
  follow(event: ProgressEvent, nowMs: number): void {
    switch (event.type) {
      case 'step-started':
        this.#push(event.scope, event.title, nowMs);
        break;
      case 'step-ended':
        this.#pop(event.scope, event.step.title);
        break;
      case 'cell-started':
        this.#push(event.cell, '', nowMs);
        break;
      case 'cell-ended':
        this.#stacks.delete(event.cell.name);
        break;
      case 'finished':
        this.#stacks.clear();
        break;
      case 'planned':
        this.#name(event.cells);
        break;
      case 'machine-ready':
      case 'note':
        break;
    }
  }

  /** The innermost step of each scope, the scope that started first coming first. */
  innermost(): readonly ActiveStep[] {
    return Array.from(this.#stacks.values(), (stack) => stack.at(-1)).filter((step) => step !== undefined);
  }

  #name(cells: readonly PlannedCell[]): void {
    const labelOf = cellLabels(cells);
    for (const cell of cells) this.#labels.set(cell.name, labelOf(cell));
  }

  #push(scope: string, title: string, sinceMs: number): void {
    const expectedMs = this.#expected(scope, title);
    const step = {
      scope: this.#labels.get(scope) ?? scope,
      title,
      sinceMs,
      ...(expectedMs !== undefined && {expectedMs}),
    };
    const stack = this.#stacks.get(scope);
    if (stack === undefined) this.#stacks.set(scope, [step]);
    else stack.push(step);
  }

  #pop(scope: string, title: string): void {
    const stack = this.#stacks.get(scope);
    const index = stack?.findLastIndex((step) => step.title === title) ?? -1;
    if (stack === undefined || index === -1) return;
    stack.splice(index, 1);
    if (stack.length === 0) this.#stacks.delete(scope);
  }
}
