import {inject, test} from 'vitest';
import {collectInto} from '../../scenario/scenario.ts';
import {scenarioFile} from '../../scenario/scenario-file.ts';
import {runCell} from './cell.ts';
import {DeskClient} from './desk-client.ts';

// Vitest imports this before each scenario file: what the file states becomes tests, one for each of its cells in the plan.
const task = inject('plumbline');
const desk = new DeskClient(task.desk);

collectInto({
  add: (scenario, _problems, place) => {
    const file = scenarioFile(task.root, place.file);
    for (const cell of task.cells.filter((planned) => planned.file === file && planned.scenario === scenario.title)) {
      // oxlint-disable-next-line vitest/valid-title, vitest/expect-expect -- the plan names it, and runCell throws what failed
      test(cell.name, ({expect, signal, task: own}) =>
        runCell(cell, scenario, {task, desk, expect, signal, softErrors: () => own.result?.errors ?? []}),
      );
    }
  },
});
