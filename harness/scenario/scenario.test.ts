import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {pathToFileURL} from 'node:url';
import {expect, onTestFinished, test} from 'vitest';
import {scenarioText} from '../cli/scenario-text.ts';
import {collectInto, type Place} from './scenario.ts';

test('a scenario is found in a file of whatever name', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'pl#u?m%23 é-'));
  onTestFinished(() => rm(folder, {recursive: true}));
  const file = join(folder, '1#2?3%3F.scenario.ts');
  await writeFile(file, scenarioText(`scenario('a', {workload: nginx, reach: usualReach});`));
  const places: Place[] = [];
  collectInto({add: (_scenario, _problems, place) => places.push(place)});
  await import(pathToFileURL(file).href);
  expect(places).toEqual([{file, line: 5}]);
});
