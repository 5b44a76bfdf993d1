import {cp, mkdir, readFile, readdir, stat, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import type {Browser} from 'playwright-core';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {TestPlace} from '../cli/test-place.ts';
import {barriers, openFile, startBrowser, type Look} from './browser.ts';

/** Where the pictures go, for people to look at. */
const PICTURES = join(import.meta.dirname, '../../reports/tests/pictures');

const LOOKS: readonly (readonly [name: string, look: Look])[] = [
  ['light', {scheme: 'light', width: 1360}],
  ['dark', {scheme: 'dark', width: 1360}],
  ['phone', {scheme: 'light', width: 390}],
  ['dark-phone', {scheme: 'dark', width: 390}],
];

const statements = `scenario('serves its welcome page', {workload: nginx, reach: usualReach});
scenario('is thought to be silent', {workload: nginx, reach: {runc: {netns: {
  address: {harness: silent, machine: silent, neighbour: silent}, loopback: {container: answers},
}}}});`;

const HOSTILE = `<script>document.title = 'taken over'</script><img src="https://example.invalid/x.png">`;

let place: TestPlace;
let browser: Browser;
let run: string;
/** What the same scenario comes to once more. */
let later: string;
let comparison: string;

beforeAll(async () => {
  await mkdir(PICTURES, {recursive: true});
  place = await TestPlace.make();
  const file = await place.scenario('pages', statements);
  await place.startRun([file]);
  await place.startRun([file, '--level', 'runc']);
  [run = '', later = ''] = (await place.records()).map(({id}) => join(place.folder, 'reports', id));
  for (const one of [run, later]) {
    await place.start(['report', one, '--allure']);
  }
  comparison = join(place.folder, 'comparison.html');
  const other = join(place.folder, 'reports', 'other');
  await cp(run, other, {recursive: true});
  await change(other, 'process.cwd', HOSTILE);
  await place.start(['compare', run, other, '--html', comparison]);
  browser = await startBrowser();
});

afterAll(async () => {
  await browser?.close();
  await place?.[Symbol.asyncDispose]();
});

/** Gives a fact another value in all observations of a run. */
const change = async (folder: string, fact: string, value: string): Promise<void> => {
  const observations = join(folder, 'observations');
  for (const file of await readdir(observations)) {
    const path = join(observations, file);
    const record = JSON.parse(await readFile(path, 'utf8')) as {facts: Record<string, unknown>};
    record.facts[fact] = value;
    await writeFile(path, JSON.stringify(record));
  }
};

describe.each([
  ['run', () => join(run, 'index.html')],
  ['comparison', () => comparison],
])('the page of a %s', (name, file) => {
  test.each(LOOKS)('%s: complains of nothing, asks for nothing, keeps nobody out, fits', async (look, how) => {
    await using opened = await openFile(browser, file(), how);
    const {page, complaints, requests} = opened;
    await page.screenshot({path: join(PICTURES, `${name}-${look}.png`), fullPage: true});
    expect(complaints).toEqual([]);
    expect(requests).toEqual([]);
    expect(await page.title()).toMatch(/^plumbline/);
    expect(await page.evaluate('document.scrollingElement.scrollWidth')).toBeLessThanOrEqual(how.width);
    expect(await barriers(page)).toEqual([]);
  });
});

test('every failed cell is told with its evidence, and every level is drawn', async () => {
  await using opened = await openFile(browser, join(run, 'index.html'), {scheme: 'light', width: 1360});
  const {page} = opened;
  expect(await page.locator('section.failure').count()).toBe(1);
  expect(await page.locator('section.failure .sentence').first().innerText()).toContain('machine silent on');
  await page.locator('section.failure summary', {hasText: 'timeline.txt'}).click();
  expect(await page.locator('section.failure pre:visible').first().innerText()).toMatch(/\S/);
  // Five cells of the first scenario, and the one whose truth table does not hold.
  expect(await page.locator('svg.path').count()).toBe(6);
  expect(await page.locator('svg.path .broken').count()).toBeGreaterThan(0);
});

test('no word of a drawing leaves its box', async () => {
  await using opened = await openFile(browser, join(run, 'index.html'), {scheme: 'light', width: 1360});
  const outside = await opened.page.evaluate(`[...document.querySelectorAll('svg.path')].flatMap((svg) => {
    const boxes = [...svg.querySelectorAll('rect')].map((rect) => rect.getBBox());
    return [...svg.querySelectorAll('text')].filter((text) => {
      const {x, y, width, height} = text.getBBox();
      const [middle, centre] = [x + width / 2, y + height / 2];
      const around = boxes.filter((box) => box.x <= middle && middle <= box.x + box.width && box.y <= centre && centre <= box.y + box.height);
      const smallest = around.sort((one, other) => one.width * one.height - other.width * other.height)[0];
      return smallest === undefined || x < smallest.x || x + width > smallest.x + smallest.width;
    }).map((text) => text.textContent);
  })`);
  expect(outside).toEqual([]);
});

test('printed, it has light paper and fits on a few sheets', async () => {
  await using opened = await openFile(browser, join(run, 'index.html'), {scheme: 'dark', width: 1360});
  const {page} = opened;
  await page.emulateMedia({media: 'print'});
  expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe('rgb(255, 255, 255)');
  const printed = (await page.pdf({path: join(PICTURES, 'run.pdf'), format: 'A4'})).toString('latin1');
  expect(printed.match(/\/Type\s*\/Page\b/g)?.length).toBeLessThan(15);
});

test('what a workload wrote is text, even where the policy of the page would not stop it', async () => {
  await using opened = await openFile(browser, comparison, {scheme: 'light', width: 1360});
  expect(await opened.page.locator('td', {hasText: 'taken over'}).first().innerText()).toContain('<script>');
  expect(await opened.page.locator('img, script').count()).toBe(0);
});

test('the Allure report shows every cell, sorted by the class of its failure', async () => {
  const file = join(run, 'allure-report', 'index.html');
  await using opened = await openFile(browser, file, {scheme: 'light', width: 1360});
  const {page, complaints, requests} = opened;
  await page.getByText('is thought to be silent', {exact: true}).waitFor();
  await page.screenshot({path: join(PICTURES, 'allure.png')});
  await page.getByText('Categories').first().click();
  await page.getByText('probe: an answer or a silence that was not stated').waitFor();
  await page.screenshot({path: join(PICTURES, 'allure-categories.png')});
  expect(complaints).toEqual([]);
  expect(requests).toEqual([]);
});

test('the Allure report of a later run tells what became of a cell before', async () => {
  await using opened = await openFile(browser, join(later, 'allure-report', 'index.html'), {
    scheme: 'light',
    width: 1360,
  });
  const {page} = opened;
  await page.getByText('pages: is thought to be silent').click();
  await page.getByTestId('test-result-tab-history').click();
  await page.screenshot({path: join(PICTURES, 'allure-history.png')});
  expect(await page.getByTestId('test-result-tab-history').innerText()).toMatch(/^History\s+1$/);
});

interface AllureStep {
  readonly name: string;
  readonly parameters?: readonly {readonly name: string; readonly value: string}[];
  readonly steps?: readonly AllureStep[];
}

interface AllureResult extends AllureStep {
  readonly historyId: string;
}

test('Allure results name each cell, its machine and versions, and the commands of each step', async () => {
  const folder = join(later, 'allure-results');
  const files = (await readdir(folder)).filter((name) => name.endsWith('-result.json'));
  const results = await Promise.all(
    files.map(async (name) => JSON.parse(await readFile(join(folder, name), 'utf8')) as AllureResult),
  );
  const result = results.find(({name}) => name.includes('serves its welcome page'));
  const parameters = Object.fromEntries((result?.parameters ?? []).map(({name, value}) => [name, value]));
  expect(parameters).toMatchObject({level: 'runc', network: 'netns', 'runtime set': 'bookworm', machine: 'sandbox'});
  expect(parameters['runc']).toMatch(/^\d+\.\d+/);
  const step = result?.steps?.find(({name}) => name === 'make a network namespace');
  expect(step?.steps).toMatchObject([
    {
      name: '$ ip netns add nginx_netw',
      parameters: [
        {name: 'ended with', value: 'exit code 0'},
        {name: 'milliseconds', value: expect.stringMatching(/^\d+$/)},
      ],
    },
  ]);
});

test('the page of a run is small', async () => {
  expect((await stat(join(run, 'index.html'))).size).toBeLessThan(1_000_000);
});
