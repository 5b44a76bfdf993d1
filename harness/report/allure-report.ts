import {mkdtemp, readFile, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {execa} from 'execa';
import {PlumblineError, UsageError, type FailureClass} from '../../vms/errors.ts';
import {FAILURE_CLASS_LABEL} from './allure-label.ts';
import type {RunRecord} from './run-record.ts';

/** What Allure sorts failures by, in the order in which people look at them: the label is set where a cell fails. */
const CATEGORIES: Readonly<Record<FailureClass, string>> = {
  probe: 'probe: an answer or a silence that was not stated',
  runtime: 'runtime: docker, containerd or runc did something else',
  workload: 'workload: the workload itself',
  residue: 'residue: something was left behind',
  guest: 'guest: the machine',
  provision: 'provision: what the machine is made of',
  host: 'host: this host',
  harness: 'harness: plumbline itself',
  usage: 'usage: a wrong question',
};

/** How many earlier runs the history keeps. */
const HISTORY = 30;

/**
 * Makes the Allure page of a run from its `allure-results`, as one file that opens without a server; returns its path. The history of all
 * runs is in the folder of reports. Configuration: https://allurereport.org/docs/v3/configure/
 * Throws {@link UsageError} when the run has no results.
 */
export const writeAllureReport = async (folder: string, record: RunRecord, reportsFolder: string): Promise<string> => {
  const output = join(folder, 'allure-report');
  const scratch = await mkdtemp(join(tmpdir(), 'plumbline-allure-'));
  try {
    const config = join(scratch, 'allurerc.json');
    await writeFile(
      config,
      JSON.stringify(configurationOf(record, output, join(reportsFolder, 'allure-history.jsonl'))),
    );
    // Without one it would go on appending to what an earlier report wrote.
    await rm(output, {recursive: true, force: true});
    const argv = [ALLURE, 'generate', '--config', config, '--cwd', scratch, join(folder, 'allure-results')];
    const {exitCode, all} = await execa(process.execPath, argv, {all: true, reject: false, stdin: 'ignore'});
    if (/no test results found/i.test(all)) {
      throw new UsageError(`Cannot make the Allure report of "${record.id}": no cell of it was run`);
    }
    if (exitCode !== 0) {
      throw new PlumblineError(
        'harness',
        `Cannot make the Allure report of "${record.id}": ${all.trim().split('\n').at(-1)}`,
        {
          command: ['allure', ...argv.slice(1)],
        },
      );
    }
  } finally {
    await rm(scratch, {recursive: true, force: true});
  }
  const page = join(output, 'index.html');
  await writeFile(page, withoutAnalytics(await readFile(page, 'utf8')));
  return page;
};

/** The page would tell Google that it was opened, and there is no option against it. It is a report of this host: it tells nobody. */
const withoutAnalytics = (page: string): string =>
  page.replace(
    /<script async src="https:\/\/www\.googletagmanager\.com\/[^"]*"><\/script>\s*<script>[^]*?<\/script>/,
    '',
  );

const ALLURE = fileURLToPath(new URL('../cli.js', import.meta.resolve('allure')));

const configurationOf = (record: RunRecord, output: string, historyPath: string) => ({
  name: `plumbline ${record.id}`,
  output,
  historyPath,
  historyLimit: HISTORY,
  appendHistory: true,
  categories: Object.entries(CATEGORIES).map(([failureClass, name]) => ({
    name,
    matchers: {labels: {[FAILURE_CLASS_LABEL]: failureClass}},
    groupBy: [{label: 'layer'}],
    groupByMessage: true,
  })),
  variables: Object.fromEntries([
    ['run', record.id],
    ['host', `${record.host.system} ${record.host.kernel}`],
    ...record.machines.map(({runtimeSet, versions}) => [
      runtimeSet,
      Object.entries(versions)
        .map(([component, version]) => `${component} ${version}`)
        .join(', '),
    ]),
  ]),
  plugins: {
    awesome: {options: {singleFile: true, reportLanguage: 'en', groupBy: ['suite']}},
  },
});
