import {PassThrough} from 'node:stream';
import {text} from 'node:stream/consumers';
import {stripVTControlCharacters} from 'node:util';
import {expect, onTestFinished, test, vi} from 'vitest';
import {exampleEvents, exampleRun} from '../example-run.ts';
import {terminalReporter} from './reporter.ts';
import type {TerminalOptions} from './reporter.ts';

const drawn = async (options: TerminalOptions): Promise<string> => {
  const stream = new PassThrough();
  using report = await terminalReporter(stream, options);
  for (const event of exampleEvents(exampleRun())) report(event);
  stream.end();
  return text(stream);
};

const withEnvironment = (name: string, value: string | undefined): void => {
  vi.stubEnv(name, value);
  onTestFinished(() => void vi.unstubAllEnvs());
};

test('without a terminal there are plain lines only', async () => {
  withEnvironment('FORCE_COLOR', undefined);
  const output = await drawn({});
  expect(output).toContain('✓     1.24 s  docker · published\n');
  expect(output).toMatch(/3 passed, 0 failed\n/v);
  expect(output.replaceAll('\n', '')).not.toMatch(/\p{Cc}/v);
});

test('colours are on when asked for or forced, and nothing moves', async () => {
  withEnvironment('FORCE_COLOR', '1');
  withEnvironment('NO_COLOR', undefined);
  expect(await drawn({})).toContain('\u001B[32m3 passed\u001B[39m');
  expect(await drawn({colour: true})).toContain('\u001B[32m3 passed\u001B[39m');
  expect(await drawn({colour: false})).toContain('\n3 passed, 0 failed\n');
  expect(stripVTControlCharacters(await drawn({colour: true}))).toBe(await drawn({colour: false}));
});

test('a terminal has a live line that is gone in the end', async () => {
  const output = await drawn({interactive: true, colour: false, width: 80});
  expect(output).toContain('m1 · Start dockerd\n');
  expect(output).toContain('docker · published · Probe\n');
  const visible = output.slice(output.lastIndexOf('\u001B'));
  expect(visible).toContain('report in reports/');
});

test('a step that goes on is mentioned in a log', async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const stream = new PassThrough({encoding: 'utf8'});
  using report = await terminalReporter(stream, {interactive: false, colour: false});
  report({type: 'step-started', scope: 'run', title: 'Bake'});
  vi.advanceTimersByTime(60_000);
  expect(stream.read()).toBe('…     30.0 s  Bake\n… 1 min 00 s  Bake\n');
});

test('stopping twice is stopping once', async () => {
  const report = await terminalReporter(new PassThrough(), {interactive: true});
  report.stop();
  expect(() => report.stop()).not.toThrow();
});
