import {mkdir, mkdtemp, readFile, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {parseImageName} from '../../vms/image/image-name.ts';
import {parseLedger} from '../../vms/ledger/sweep.ts';
import {loadRuntimeSet} from '../../vms/runtimes/runtime-set.ts';
import {readCatalogue} from '../compare/catalogue.ts';
import {comparisonLines} from '../compare/comparison-lines.ts';
import {comparisonPage} from '../compare/comparison-page.ts';
import {compareRuns} from '../compare/comparison.ts';
import {exampleLoadedRun} from '../compare/example-runs.ts';
import {explanationsFile, readExplanations} from '../compare/explanation.ts';
import {loadRun} from '../compare/loaded-run.ts';
import type {ScenarioStatement, WalkthroughStatement} from '../scenario/definition.ts';
import {readStatement, readWalkthrough} from '../scenario/read-statement.ts';
import {exampleFailedRun} from '../report/example-run.ts';
import {runPage} from '../page/run-page.ts';
import {jobSummary} from '../report/job-summary.ts';
import {junitXml} from '../report/junit.ts';
import {readRun} from '../report/run-file.ts';
import {createPaint} from '../report/terminal/paint.ts';
import type {Target} from './target.ts';

/** Files that people write, copy and download. */
export const fileTargets: readonly Target[] = [
  {
    name: 'a runtime set',
    seeds: async () => [await readFile(new URL('../../vms/runtimes/bookworm.yaml', import.meta.url), 'utf8')],
    read: async (input) => inFolder({'bookworm.yaml': input}, async (folder) => loadRuntimeSet('bookworm', folder)),
  },
  {
    name: 'run.json',
    seeds: async () => [JSON.stringify(exampleFailedRun(), undefined, 2)],
    read: async (input) =>
      inFolder({'run.json': input}, async (folder) => {
        const record = await readRun(folder);
        junitXml(record);
        jobSummary(record);
        runPage({run: {...example, record}, argument: record.id, evidence: new Map(), comparisons: []});
      }),
  },
  {
    name: 'the observation of a cell',
    seeds: async () => [JSON.stringify(observation(), undefined, 2)],
    read: async (input) =>
      inFolder(
        {'one/run.json': JSON.stringify(example.record), 'one/observations/cell.json': input},
        async (reports) => {
          const run = await loadRun('one', reports);
          const comparison = compareRuns(example, run);
          comparisonLines(comparison, createPaint(process.stdout, false));
          comparisonPage(comparison);
        },
      ),
  },
  {
    name: 'explained changes',
    seeds: async () => [(await readFile(explanationsFile, 'utf8')).split('\n  - ').slice(0, 6).join('\n  - ')],
    read: async (input) =>
      inFolder({'changes.yaml': input}, async (folder) => {
        const explanations = await readExplanations(join(folder, 'changes.yaml'));
        compareRuns(example, changed, {explanations, today: new Date('2026-01-01')});
      }),
  },
  {
    name: 'a catalogue of known changes',
    seeds: async () => [
      (await readFile(new URL('../../scenarios/catalogue.yaml', import.meta.url), 'utf8'))
        .split('\n  - ')
        .slice(0, 6)
        .join('\n  - '),
    ],
    read: async (input) =>
      inFolder({'catalogue.yaml': input}, async (folder) => readCatalogue(join(folder, 'catalogue.yaml'))),
  },
  {
    name: 'the statement of a scenario',
    seeds: async () => [JSON.stringify(statement)],
    read: (input) => readStatement('hostile', parsed(input) as ScenarioStatement),
  },
  {
    name: 'the statement of a walkthrough',
    seeds: async () => [JSON.stringify({...statement, level: 'runc', network: 'netns', steps: 1})],
    read: (input) => readWalkthrough('hostile', parsed(input) as WalkthroughStatement),
  },
  {
    name: 'a ledger',
    seeds: async () => [
      `${JSON.stringify({type: 'made', entry: {kind: 'folder', path: '/tmp/x'}})}\n${JSON.stringify({type: 'kept'})}\n`,
    ],
    read: parseLedger,
  },
  {name: "an image's name", seeds: async () => ['docker.io/library/nginx:latest'], read: parseImageName},
];

const example = exampleLoadedRun([
  {level: 'runc', facts: {'process.umask': '0022', 'mounts.inside': ['/proc', '/sys']}},
]);
const changed = exampleLoadedRun([{level: 'runc', facts: {'process.umask': '0077', 'mounts.inside': ['/proc']}}]);
const observation = () => [...example.observations.values()][0];

const statement = {
  workload: {
    name: 'nginx',
    image: {name: 'docker.io/library/nginx:latest', packages: ['nginx-light']},
    command: ['nginx', '-g', 'daemon off;'],
    capabilities: ['CAP_NET_BIND_SERVICE'],
    port: 80,
    publishedPort: 8080,
    answer: {status: 200, contains: 'Welcome'},
  },
  reach: {runc: {netns: {address: {harness: 'silent', machine: 'answers'}, loopback: {container: 'answers'}}}},
};

/** What a scenario file would hand over: any value there is; what is no JSON stands for a text. */
const parsed = (input: string): unknown => {
  try {
    return JSON.parse(input);
  } catch {
    return input;
  }
};

const inFolder = async <Result>(
  files: Readonly<Record<string, string>>,
  body: (folder: string) => Promise<Result>,
): Promise<Result> => {
  const folder = await mkdtemp(join(tmpdir(), 'plumbline-hostile-'));
  try {
    for (const [path, content] of Object.entries(files)) {
      await mkdir(dirname(join(folder, path)), {recursive: true});
      await writeFile(join(folder, path), content);
    }
    return await body(folder);
  } finally {
    await rm(folder, {recursive: true, force: true});
  }
};
