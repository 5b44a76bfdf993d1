import {XMLParser, XMLValidator} from 'fast-xml-parser';
import {expect, test} from 'vitest';
import {exampleCell, exampleFailedRun, exampleFailure, exampleRun} from './example-run.ts';
import {junitXml} from './junit.ts';
import type {RunRecord} from './run-record.ts';

const ALWAYS_LISTS = new Set(['testsuite', 'testcase', 'property']);

const parsed = (run: RunRecord) => {
  const xml = junitXml(run);
  expect(XMLValidator.validate(xml)).toBe(true);
  const parser = new XMLParser({
    ignoreAttributes: false,
    attributeNamePrefix: '',
    parseAttributeValue: false,
    isArray: (name) => ALWAYS_LISTS.has(name),
  });
  return parser.parse(xml).testsuites;
};

const onlyCase = (run: RunRecord) => parsed(run).testsuite[0].testcase[0];

test('a run in which everything held has a suite per scenario and a case per cell', () => {
  const suites = parsed(exampleRun({cells: [exampleCell(), exampleCell({scenario: 'walkthrough', name: 'w'})]}));
  expect(suites).toMatchObject({tests: '2', failures: '0', errors: '0', time: '14.210'});
  expect(suites.testsuite).toMatchObject([
    {name: 'nginx', file: 'scenarios/nginx.scenario.ts', tests: '1', time: '1.240', timestamp: '2026-11-23T16:05:12'},
    {name: 'walkthrough', tests: '1'},
  ]);
  expect(suites.testsuite[0].testcase).toEqual([
    {
      name: 'nginx docker published trixie',
      classname: 'plumbline.nginx',
      time: '1.240',
    },
  ]);
  expect(suites.testsuite[0].properties.property).toContainEqual({name: 'trixie.runc', value: '1.3.2'});
});

test('a run with failures tells failures, errors and what was not run apart', () => {
  const suites = parsed(exampleFailedRun());
  expect(suites).toMatchObject({tests: '5', failures: '1', errors: '1'});
  const [, , failed, notRun] = suites.testsuite[0].testcase;
  expect(failed.failure).toMatchObject({
    type: 'probe/nginx',
    message: 'Cannot reach "http://192.168.10.2:80/" from the machine: no answer within 300 ms',
  });
  expect(failed.failure['#text']).toContain("command: curl -sS --max-time 1 'http://192.168.10.2:80/?q=a b'");
  expect(failed.failure['#text']).toContain('network interface "veth0" was left');
  expect(notRun.skipped).toEqual({message: 'the machine is dirty', '#text': 'the machine is dirty'});
  expect(suites.testsuite[1]).toMatchObject({name: 'run', testcase: [{error: {type: 'provision/dockerd'}}]});
});

test.for(['usage', 'host', 'provision', 'guest', 'harness'] as const)('class %s is an error', (failureClass) => {
  const cell = exampleCell({status: 'failed', failures: [exampleFailure({class: failureClass})]});
  expect(onlyCase(exampleRun({cells: [cell]}))).toHaveProperty('error');
});

test.for(['runtime', 'workload', 'probe', 'residue'] as const)('class %s is a failure', (failureClass) => {
  const cell = exampleCell({status: 'failed', failures: [exampleFailure({class: failureClass})]});
  expect(onlyCase(exampleRun({cells: [cell]}))).toHaveProperty('failure');
});

test('markup and characters that XML has no way to write do no harm', () => {
  const sentence = 'a <b> & "c" ]]> \u0000\u001B[31m\u0008 \uD800 \uFFFE 🙂';
  const cell = exampleCell({name: sentence, status: 'failed', failures: [exampleFailure({sentence})]});
  const expected = 'a <b> & "c" ]]> \uFFFD\uFFFD[31m\uFFFD \uFFFD \uFFFD 🙂';
  expect(onlyCase(exampleRun({cells: [cell]}))).toMatchObject({
    name: expected,
    failure: {message: expected, '#text': expected},
  });
});

test('what mends the host is said', () => {
  const failure = exampleFailure({class: 'host', sentence: 'Cannot bake it', remedies: ['apt-get install mmdebstrap']});
  const cell = exampleCell({status: 'failed', failures: [failure]});
  expect(onlyCase(exampleRun({cells: [cell]}))).toMatchObject({
    error: {message: 'Cannot bake it', '#text': 'Cannot bake it\nmend: apt-get install mmdebstrap'},
  });
});

test('a run without cells is a document', () => {
  expect(parsed(exampleRun({cells: []}))).toMatchObject({tests: '0'});
});

/** The attributes of junit-10.xsd of Jenkins' xunit plugin, which refuses a file with any other. */
const KNOWN: Readonly<Record<string, readonly string[]>> = {
  testsuites: ['name', 'time', 'tests', 'failures', 'errors'],
  testsuite: ['name', 'tests', 'failures', 'errors', 'time', 'skipped', 'timestamp', 'file'],
  property: ['name', 'value'],
  testcase: ['name', 'time', 'classname'],
  failure: ['type', 'message'],
  error: ['type', 'message'],
  skipped: ['type', 'message'],
};

test('no element has an attribute that the schema of Jenkins does not have', () => {
  const tags = junitXml(exampleFailedRun()).matchAll(/<(?<name>[a-z]+)(?<attributes>(?: [a-z]+="[^"]*")+)/g);
  const unknown = Array.from(tags, ({groups}) =>
    Array.from(
      groups?.['attributes']?.matchAll(/ (\w+)=/g) ?? [],
      ([, attribute = '']) => `${groups?.['name']} ${attribute}`,
    ),
  )
    .flat()
    .filter((pair) => !KNOWN[pair.split(' ')[0] ?? '']?.includes(pair.split(' ')[1] ?? ''));
  expect(unknown).toEqual([]);
});
