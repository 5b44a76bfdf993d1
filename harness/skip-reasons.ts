import type {Reporter, TestModule, Vitest} from 'vitest/node';

/** Says of each test that skipped itself why it did. Of a file that passes, the default reporter says only how many there were. */
export class SkipReasons implements Reporter {
  #logger: Vitest['logger'] | undefined;

  onInit({logger}: Vitest): void {
    this.#logger = logger;
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    for (const test of modules.flatMap(({children}) => [...children.allTests('skipped')])) {
      const result = test.result();
      // There is none where the command line asked for other tests.
      if (result.state === 'skipped' && result.note !== undefined) {
        this.#logger?.log(` ↓ ${test.module.relativeModuleId} > ${test.fullName}: ${result.note}`);
      }
    }
  }
}
