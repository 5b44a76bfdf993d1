import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {scenarioText} from '../cli/scenario-text.ts';
import {loadScenarios} from './load.ts';

test('what a module states that a scenario file imports is refused: no run would find it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'load-'));
  onTestFinished(() => rm(folder, {recursive: true}));
  await writeFile(join(folder, 'helper.ts'), scenarioText(`scenario('a', {workload: nginx, reach: usualReach});`));
  const file = join(folder, 'a.scenario.ts');
  await writeFile(file, `import './helper.ts';`);
  await expect(loadScenarios([file], folder)).rejects.toThrow(
    'Cannot use the scenario "a" of "a.scenario.ts": a module that the file imports states it, and it has to do so itself',
  );
});
