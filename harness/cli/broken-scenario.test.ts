import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {plumbline} from './plumbline-process.ts';
import {scenarioText} from './scenario-text.ts';

/** What a file states, and what is said of it; `FILE` stands for its path. */
const broken: readonly (readonly [statements: string, ...said: string[]])[] = [
  [`scenario('a', {workload: nginx, reach: );`, 'Cannot read the scenario file "FILE": line 5, Expression expected'],
  [
    `enum Colour {red}`,
    'Cannot read the scenario file "FILE": line 5, TypeScript enum is not supported in strip-only mode',
  ],
  [`throw new Error('no luck');`, 'Cannot read the scenario file "FILE": line 5, no luck'],
  [
    `nginx.answer.header.name;`,
    `Cannot read the scenario file "FILE": line 5, Cannot read properties of undefined (reading 'name')`,
  ],
  [`process.exit(0);`, 'Cannot read the scenario file "FILE": line 5, it called process.exit(0)'],
  [
    `setTimeout(() => { throw new Error('too late'); }, 1); await new Promise(() => {});`,
    'Cannot read the scenario file "FILE": line 5, too late',
  ],
  [
    `await Promise.all([new Promise(() => {}), import('./absent.ts')]);`,
    `Cannot read the scenario file "FILE": Cannot find module 'FOLDER/absent.ts' imported from FILE`,
  ],
  [``, 'Cannot use the scenario file "FILE": it states no scenario'],
  [
    `scenario('a');`,
    'Cannot use the scenario "a" in "FILE:5": it states nothing: after its title must come an object with workload, reach, at, notAt, prepare, check',
  ],
  [
    `scenario('a', {workload: nginx, reach: usualReach, then: async () => {}});`,
    'Cannot use the scenario "a" in "FILE:5": it has the unknown part "then", known are workload, reach, at, notAt, prepare, check',
  ],
  [
    `scenario('a', {workload: nginx, reach: {podman: usualReach.docker}});`,
    'Cannot use the scenario "a" in "FILE:5": it has the unknown level "podman", known are docker, ctr, runc',
  ],
  [
    `scenario('a', {workload: nginx, reach: {ctr: {bridge: usualReach.ctr.cni}}});`,
    'Cannot use the scenario "a" in "FILE:5": it has the network mode "bridge" at level "ctr", where there are isolated, netns, cni',
  ],
  [
    `scenario('a', {workload: nginx, at: {docker: ['published'], ctr: ['netns']}});`,
    'Cannot use the scenario "a" in "FILE:5": it says nothing of the level "runc": it belongs in "at" or in "notAt"',
  ],
  [
    `scenario('a', {workload: nginx, at: {docker: ['cni']}, notAt: {ctr: 'never', runc: ' '}});`,
    'Cannot use the scenario "a" in "FILE:5": it has the network mode "cni" at level "docker", where there are published',
    'Cannot use the scenario "a" in "FILE:5": it has no reason in "notAt" for "runc"',
    'Cannot use the scenario "a" in "FILE:5": it says nothing of the level "docker": it belongs in "at" or in "notAt"',
  ],
  [
    `scenario('a', {workload: nginx, at: {ctr: ['netns', 'cni', 'netns']}, notAt: {docker: 'x', runc: 'x'}});`,
    'Cannot use the scenario "a" in "FILE:5": it names the network mode "netns" twice at level "ctr"',
  ],
  [
    `scenario('a', {workload: nginx, reach: usualReach, at: {}, notAt: {docker: 'x', ctr: 'x', runc: 'x'}});`,
    'Cannot use the scenario "a" in "FILE:5": it has both "reach", which says where it runs and who gets an answer, and "at", which says where alone',
  ],
  [
    `scenario('a', {workload: nginx, reach: usualReach});\nscenario('a', {workload: nginx, reach: usualReach});`,
    'Cannot use the scenario "a" in "FILE:6": "FILE:5" has the same title',
  ],
  [
    `scenario('a', {workload: nginx, reach: usualReach});\nscenario('a+', {workload: nginx, reach: usualReach});\nscenario('a-', {workload: nginx, reach: usualReach});`,
    'Cannot use the scenario "a-" in "FILE:7": "FILE:6" has the title "a+", which files can not be told by',
  ],
  [
    `scenario('a${'é'.repeat(80)}', {workload: nginx, reach: usualReach});`,
    `Cannot use the scenario "a${'é'.repeat(80)}" in "FILE:5": it has a title of 161 bytes, 150 at most can name its files`,
  ],
  [
    `scenario('a', {workload: {...nginx, port: 70_000}, reach: usualReach});`,
    'Cannot use the scenario "a" in "FILE:5": it has a wrong value at "workload.port": Too big: expected number to be <=65535',
  ],
  [
    `scenario('a', {workload: nginx, reach: {ctr: {cni: {address: {harness: silent, machine: answers}, loopback: {container: answers}}}}});`,
    'Cannot use the scenario "a" in "FILE:5": it has a hole in its truth table for "ctr cni": "address.neighbour" has no entry',
  ],
];

test('every broken scenario file is refused, with its line and what is wrong there', {timeout: 30_000}, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'plumbline-'));
  onTestFinished(() => rm(folder, {recursive: true}));
  const files = broken.map((_, index) => join(folder, `${index}.scenario.ts`));
  // No two files have a title in common, which would be one more thing that is wrong.
  const titled = (text: string, index: number): string =>
    text.replaceAll("scenario('a'", `scenario('a${index}'`).replaceAll('"a"', `"a${index}"`);
  await Promise.all(
    broken.map(([statements], index) => writeFile(files[index] ?? '', scenarioText(titled(statements, index)))),
  );
  const {exitCode, stdout, stderr} = await plumbline(['run', ...files]);
  const said = broken.flatMap(([, ...sentences], index) =>
    sentences.map((sentence) =>
      titled(sentence, index)
        .replaceAll('FILE', files[index] ?? '')
        .replaceAll('FOLDER', folder),
    ),
  );
  expect(stderr.trimEnd().split('\n')).toEqual(said);
  expect({exitCode, stdout}).toEqual({exitCode: 2, stdout: ''});
});

test('two files that have a scenario of the same title are refused', {timeout: 30_000}, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'plumbline-'));
  onTestFinished(() => rm(folder, {recursive: true}));
  const file = join(folder, 'other.scenario.ts');
  await writeFile(file, scenarioText(`scenario('serves its welcome page', {workload: nginx, reach: usualReach});`));
  const {exitCode, stderr} = await plumbline(['list', 'scenarios/nginx.scenario.ts', file]);
  expect(stderr).toMatch(
    /^Cannot use the scenario "serves its welcome page" in ".*other\.scenario\.ts:5": "scenarios\/nginx\.scenario\.ts:\d+" has the same title\n$/,
  );
  expect(exitCode).toBe(2);
});
