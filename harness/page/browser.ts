import {readFileSync} from 'node:fs';
import {fileURLToPath, pathToFileURL} from 'node:url';
import {chromium, type Browser, type Page} from 'playwright-core';

/** For tests: Debian's Chromium, without a screen. */
export const startBrowser = (): Promise<Browser> =>
  chromium.launch({
    executablePath: '/usr/bin/chromium',
    // Its sandbox refuses to be started by root. What it opens are pages that the test has made.
    chromiumSandbox: process.geteuid?.() !== 0,
  });

/** How somebody looks at a page. */
export interface Look {
  readonly scheme: 'light' | 'dark';
  readonly width: number;
}

/** A page that was opened, and what it complained about or asked for on its way. */
export interface OpenPage extends AsyncDisposable {
  readonly page: Page;
  /** Errors of scripts, of the console, and of the page's own policy. */
  readonly complaints: readonly string[];
  /** Addresses that were asked for beside the file itself. */
  readonly requests: readonly string[];
}

const PATIENCE_MS = 90_000;

/** Opens a file as somebody would who clicks on it. */
export const openFile = async (browser: Browser, file: string, {scheme, width}: Look): Promise<OpenPage> => {
  const context = await browser.newContext({viewport: {width, height: 900}, colorScheme: scheme});
  const page = await context.newPage();
  // A busy host takes its time over a page of some megabytes, and each test has a deadline of its own.
  page.setDefaultTimeout(PATIENCE_MS);
  const url = pathToFileURL(file).href;
  const complaints: string[] = [];
  const requests: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) {
      complaints.push(message.text());
    }
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => {
    if (request.url() !== url && /^(?!data:|blob:)/.test(request.url())) {
      requests.push(request.url());
    }
  });
  await page.goto(url, {waitUntil: 'load'});
  return {page, complaints, requests, [Symbol.asyncDispose]: () => context.close()};
};

const AXE = readFileSync(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8');

/** What keeps people from reading a page, as axe-core finds it: https://github.com/dequelabs/axe-core/blob/develop/doc/rule-descriptions.md */
export const barriers = async (page: Page): Promise<readonly string[]> => {
  // By the debugger, which the page's policy has no say in.
  const result = (await page.evaluate(`${AXE};axe.run().then(({violations}) => violations)`)) as readonly {
    readonly id: string;
    readonly nodes: readonly {readonly html: string; readonly failureSummary?: string}[];
  }[];
  return result.flatMap(({id, nodes}) =>
    nodes.map(({html, failureSummary = ''}) => `${id}: ${html} ${failureSummary}`),
  );
};
