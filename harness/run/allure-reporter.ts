import AllureVitestReporter from 'allure-vitest/reporter';
import type {TestCase, Vitest} from 'vitest/node';

/**
 * Allure's reporter for Vitest, cell by cell: it writes the result of each when it has ended and drops what came with it. By itself it would
 * keep the steps and attachments of all cells until the end of the run, which a run of many cells would pay for in memory.
 */
export class CellByCellReporter extends AllureVitestReporter {
  #vitest: Vitest | undefined;

  override onInit(vitest: Vitest): void {
    super.onInit(vitest);
    this.#vitest = vitest;
  }

  onTestCaseResult({id}: TestCase): void {
    const task = this.#vitest?.state.idMap.get(id);
    if (task === undefined) return;
    this.handleTask(task);
    task.meta = {};
  }

  override onTestRunEnd(): void {
    // A cell whose thread was ended has begun and never comes to a result.
    for (const task of this.#vitest?.state.idMap.values() ?? []) {
      if (task.type !== 'test' || task.result?.state !== 'run') continue;
      task.result = {...task.result, state: 'fail', errors: [{name: 'Error', message: 'Ended with its thread'}]};
      this.handleTask(task);
    }
    super.onTestRunEnd([]);
  }
}
