/** Signals that end a run in order, with the exit code that shells expect: 128 + N. */
const SIGNALS = {SIGINT: 130, SIGTERM: 143, SIGHUP: 129} as const;

/** What a run ends with that a signal has ended. */
export const signalExitCodes: readonly number[] = Object.values(SIGNALS);

/** Turns the signals a person or a CI sends, and errors that nobody caught, into an orderly end: teardown and reports come before the exit. */
export class Interruption implements Disposable {
  readonly #controller = new AbortController();
  readonly #handlers = new Map<NodeJS.Signals, () => void>();
  /** Set once a signal has come. */
  exitCode: number | undefined;
  /** Errors that nobody was there to catch, such as one that a scenario file threw after it had been read. */
  readonly strayErrors: unknown[] = [];
  readonly #onStrayError = (error: unknown): void => {
    this.strayErrors.push(error);
    this.#controller.abort(error);
  };

  constructor() {
    for (const [name, exitCode] of Object.entries(SIGNALS) as [NodeJS.Signals, number][]) {
      // Further signals change nothing: what is left to do, the end of the cell and the teardown, has deadlines.
      const handler = (): void => {
        this.exitCode ??= exitCode;
        this.#controller.abort(new Error(`Interrupted by ${name}`));
      };
      this.#handlers.set(name, handler);
      process.on(name, handler);
    }
    process.on('uncaughtException', this.#onStrayError);
    process.on('unhandledRejection', this.#onStrayError);
  }

  /** Aborted by the first signal or stray error. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Calls `action` when a signal comes, or at once when one has come; no longer once disposed of. */
  onInterrupt(action: () => Promise<void>): AsyncDisposable {
    let running: Promise<void> = Promise.resolve();
    const listener = (): void => {
      running = action();
    };
    if (this.signal.aborted) {
      listener();
    }
    this.signal.addEventListener('abort', listener, {once: true});
    return {
      [Symbol.asyncDispose]: async () => {
        this.signal.removeEventListener('abort', listener);
        await running;
      },
    };
  }

  /** What `work` comes to, or `undefined` when it fails after a signal has come: it was told to end. */
  async orInterrupted<Result>(work: Promise<Result>): Promise<Result | undefined> {
    try {
      return await work;
    } catch (error) {
      if (this.exitCode === undefined) throw error;
      return undefined;
    }
  }

  [Symbol.dispose](): void {
    for (const [name, handler] of this.#handlers) {
      process.off(name, handler);
    }
    process.off('uncaughtException', this.#onStrayError);
    process.off('unhandledRejection', this.#onStrayError);
  }
}
