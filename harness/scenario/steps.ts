import {step as allureStep} from 'allure-js-commons';
import type {ExecOptions, Machine} from '../../vms/machine.ts';
import {shownArguments} from '../../vms/secret.ts';
import type {ProgressListener} from '../report/progress.ts';
import type {StepRecord} from '../report/run-record.ts';
import {shellCommand} from '../report/shell-command.ts';

/** Runs named, timed actions one after another and keeps a record of each, for the run's own record and for Allure. */
export class Steps {
  readonly records: StepRecord[] = [];
  readonly #scope: string;
  readonly #runStartedAt: number;
  readonly #listener: ProgressListener;
  readonly #open = new Set<OpenStep>();
  readonly #before: (title: string) => Promise<void>;

  /** `runStartedAt`: milliseconds since the epoch. `before` is waited for before each step; when it rejects, so does the step. */
  constructor(
    scope: string,
    runStartedAt: number,
    listener: ProgressListener,
    before: (title: string) => Promise<void> = () => Promise.resolve(),
  ) {
    this.#before = before;
    this.#scope = scope;
    this.#runStartedAt = runStartedAt;
    this.#listener = listener;
  }

  /** Runs `body` under a title; `command` is what a person would type for it. */
  async step<Result>(title: string, body: () => Promise<Result>, command?: readonly string[]): Promise<Result> {
    await this.#before(title);
    const open: OpenStep = {title, startedAt: now(), ...(command && {command: [...shownArguments(command)]})};
    this.#open.add(open);
    this.#listener({type: 'step-started', scope: this.#scope, title});
    let status: StepRecord['status'] = 'failed';
    try {
      const result = await inAllure(title, body);
      status = 'passed';
      return result;
    } finally {
      this.#end(open, status);
    }
  }

  /** Notes every step that has not ended as failed, whatever becomes of it; returns the one that began last. */
  abandon(): Pick<StepRecord, 'title' | 'command'> | undefined {
    const open = [...this.#open].reverse();
    for (const step of open) {
      this.#end(step, 'failed');
    }
    return open[0];
  }

  /** Notes a step that was timed by somebody else and has just ended. */
  add(title: string, durationMs: number, status: StepRecord['status']): void {
    const startedMs = now() - durationMs - this.#runStartedAt;
    const record: StepRecord = {title, startedMs: Math.max(0, startedMs), durationMs, status};
    this.records.push(record);
    this.#listener({type: 'step-ended', scope: this.#scope, step: record});
  }

  /** Runs one command that must succeed, as a step; returns its standard output. */
  command(title: string, machine: Machine, argv: readonly string[], options?: ExecOptions): Promise<string> {
    return this.step(title, () => machine.succeed(argv, options), argv);
  }

  #end(open: OpenStep, status: StepRecord['status']): void {
    if (!this.#open.delete(open)) {
      return; // Abandoned before.
    }
    const {startedAt, ...step} = open;
    const record: StepRecord = {
      ...step,
      startedMs: Math.max(0, startedAt - this.#runStartedAt),
      durationMs: now() - startedAt,
      status,
    };
    this.records.push(record);
    this.#listener({type: 'step-ended', scope: this.#scope, step: record});
  }
}

interface OpenStep extends Pick<StepRecord, 'title' | 'command'> {
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
}

/** The title of a step that is one command of a scenario, cut where it gets long. */
export const commandTitle = (argv: readonly string[]): string => {
  const line = `$ ${shellCommand(shownArguments(argv))}`;
  return line.length > 120 ? `${line.slice(0, 119)}…` : line;
};

/** Milliseconds since the epoch, finer than the clock's own. */
const now = (): number => performance.timeOrigin + performance.now();

/** Allure knows of steps only within a test; a machine is prepared outside of one. */
const inAllure = async <Result>(title: string, body: () => Promise<Result>): Promise<Result> =>
  (globalThis as {allureTestRuntime?: unknown}).allureTestRuntime === undefined ? body() : allureStep(title, body);
