import {PlumblineError} from '../../../vms/errors.ts';
import type {AfterPause, PausePoint} from '../pause.ts';

/** Stops a cell once, where it was asked to. */
export class CellPause {
  readonly #point: PausePoint | undefined;
  readonly #ask: (where: string) => Promise<AfterPause>;
  #seen = 0;
  /** A person has had the machine. */
  hasStopped = false;
  /** The cell is to be left as it is. */
  isLeft = false;

  /** `ask` resolves once a person has looked. */
  constructor(point: PausePoint | undefined, ask: (where: string) => Promise<AfterPause>) {
    this.#point = point;
    this.#ask = ask;
  }

  /** To be called before each step. Throws when the cell is left. */
  async beforeStep(title: string): Promise<void> {
    const step = this.#point?.step;
    if (step?.title !== title) {
      return;
    }
    this.#seen += 1;
    if (this.#seen === step.occurrence) {
      await this.#stop(`before "${title}"`);
    }
  }

  /** To be called when the cell has failed, with nothing removed yet: whoever wanted to see it fail stops here at the latest. */
  async afterFailure(): Promise<void> {
    if (this.#point !== undefined) {
      await this.#stop('where it failed').catch(() => undefined); // It has failed already.
    }
  }

  async #stop(where: string): Promise<void> {
    if (this.hasStopped) {
      return;
    }
    this.hasStopped = true;
    if ((await this.#ask(where)) === 'leave') {
      this.isLeft = true;
      throw new PlumblineError('harness', `Stopped ${where}, as asked`);
    }
  }
}
