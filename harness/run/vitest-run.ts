import {getCompileCacheDir} from 'node:module';
import {dirname, join} from 'node:path';
import {Writable} from 'node:stream';
import {setTimeout} from 'node:timers/promises';
import {setFlagsFromString} from 'node:v8';
import type {WorkerTask} from './desk-protocol.ts';
import {endChildrenOf} from './thread-children.ts';

/** A Vitest that is up and waits to be started. */
export interface ScenarioRunner extends AsyncDisposable {
  run(): Promise<RunnerResult>;
  /** Ends the cell that is running, and runs no more. A cell that does not hear of it loses its `thread`, and what that has started. */
  cancel(thread: number): Promise<void>;
}

/** What a Vitest found out beside what the cells told of themselves. */
export interface RunnerResult {
  /** Errors that belong to no cell, such as a worker that died. */
  readonly errors: readonly unknown[];
  /**
   * What it holds against each cell. It is told of some of it only when the cell has ended: an `expect` that was not awaited, or fewer of
   * them than there were to be.
   */
  readonly complaints: ReadonlyMap<string, string>;
}

/** Makes a Vitest that runs the cells of `task`, each as one test, and writes Allure results beside the run's other reports. */
export const openScenarioRunner = async (task: WorkerTask): Promise<ScenarioRunner> => {
  const files = [...new Set(task.cells.map(({file}) => file))];
  // Loaded here and not above: it takes longer than everything else, and a machine can start meanwhile.
  const [{createVitest}, {CellByCellReporter}] = await Promise.all([
    import('vitest/node'),
    import('./allure-reporter.ts'),
  ]);
  // For the threads that run cells, which are started from here on. By itself V8 lets each gather 100 MiB of garbage before it looks for any,
  // and memory grows with every cell until then.
  setFlagsFromString(`--max-semi-space-size=${YOUNG_MIB}`);
  setFlagsFromString(`--heap-growing-percent=${GROWTH_PERCENT}`);
  // A thread has no cache of what was compiled but by this variable: https://nodejs.org/docs/latest-v24.x/api/module.html#module-compile-cache
  const compiled = getCompileCacheDir();
  if (compiled !== undefined) process.env['NODE_COMPILE_CACHE'] ??= dirname(compiled);
  const vitest = await createVitest(
    {
      root: task.root,
      config: false,
      watch: false,
      include: files,
      setupFiles: [join(import.meta.dirname, 'worker/setup.ts'), 'allure-vitest/setup'],
      reporters: [new CellByCellReporter({resultsDir: join(task.folder, 'allure-results')})],
      passWithNoTests: true,
      // Cells of one machine follow each other; each has deadlines of its own, which know how slow the machine is.
      fileParallelism: false,
      testTimeout: 0,
      hookTimeout: 0,
      isolate: false,
      pool: 'threads',
      // Node runs TypeScript by itself: no transformation, no second copy of a module.
      experimental: {viteModuleRunner: false, nodeLoader: false},
    },
    {},
    {stdout: nowhere(), stderr: nowhere()},
  );
  vitest.provide('plumbline', task);
  return {
    run: async () => {
      const {unhandledErrors, testModules} = await vitest.start();
      const failed = testModules.flatMap((module) => [...module.children.allTests('failed')]);
      return {
        errors: [...unhandledErrors, ...testModules.flatMap((module) => module.errors())],
        complaints: new Map(failed.map((one) => [one.name, one.result().errors?.[0]?.message ?? 'no reason'])),
      };
    },
    cancel: async (thread) => {
      const ended = vitest.cancelCurrentRun('keyboard-input').then(() => true);
      const hasEnded = await Promise.race([ended, setTimeout(CANCEL_MS, false, {ref: false})]);
      if (hasEnded) return;
      // Asked a second time, Vitest terminates the thread. One that waits for a child comes to its end only after that.
      const terminated = vitest.cancelCurrentRun('keyboard-input').then(() => true);
      do endChildrenOf(thread);
      while (!(await Promise.race([terminated, setTimeout(CHILDREN_MS, false, {ref: false})])));
    },
    [Symbol.asyncDispose]: () => vitest.close(),
  };
};

/**
 * How long a cell may take to end once it is told to. It ends at once, but for one that is about to remove what it made; a body that loops
 * without a pause never hears of it. Its machine is thrown away either way.
 */
const CANCEL_MS = 10_000;

/** Between two looks at what a thread that is to end has started. */
const CHILDREN_MS = 100;

/** How much of what a thread has made last is kept before what is left of it is told from garbage, in MiB. */
const YOUNG_MIB = 4;

/** By how much of what is left a thread's heap may grow before it is looked through again. */
const GROWTH_PERCENT = 30;

/** Vitest's own words are not for people here: the run has a reporter of its own. */
const nowhere = (): Writable => new Writable({write: (_chunk, _encoding, done) => done()});
