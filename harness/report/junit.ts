import {XMLBuilder} from 'fast-xml-parser';
import {cellCase, runCase} from './junit-case.ts';
import type {TestCase} from './junit-case.ts';
import type {CellRecord, RunRecord} from './run-record.ts';
import {seconds, xmlText} from './xml-text.ts';

/**
 * The run as JUnit XML: a suite per scenario, a case per cell, and one suite more for failures that belong to no cell.
 * What the harness, the machine or the host is to blame for is an `error`, what the software under test is to blame for a `failure`.
 * Kept to what the strictest reader takes, Jenkins' xunit plugin, which refuses a file with an attribute that its schema does not have
 * (https://github.com/jenkinsci/xunit-plugin, junit-10.xsd); GitLab reads it as well (https://docs.gitlab.com/ci/testing/unit_test_reports/).
 */
export function junitXml(run: RunRecord): string {
  const suites = [
    ...Array.from(
      Map.groupBy(run.cells, (cell) => cell.scenario),
      ([scenario, cells]) => cellSuite(scenario, cells, run),
    ),
    ...(run.failures.length > 0 ? [runSuite(run)] : []),
  ];
  const document = {
    '?xml': {'@version': '1.0', '@encoding': 'UTF-8'},
    testsuites: {
      '@name': 'plumbline',
      ...totalsOfAll(suites.flatMap((suite) => suite.testcase)),
      '@time': seconds(run.durationMs),
      testsuite: suites,
    },
  };
  return `${new XMLBuilder(BUILDER_OPTIONS).build(document).trim()}\n`;
}

const BUILDER_OPTIONS = {
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  suppressBooleanAttributes: false,
  suppressEmptyNode: true,
  format: true,
  indentBy: '  ',
} as const;

const cellSuite = (scenario: string, cells: readonly CellRecord[], run: RunRecord) =>
  suite(
    scenario,
    cells[0]?.file,
    cells.map((cell) => cellCase(cell)),
    cells.reduce((sum, cell) => sum + cell.durationMs, 0),
    run,
  );

const runSuite = (run: RunRecord) =>
  suite(
    'run',
    undefined,
    run.failures.map((failure, index) => runCase(failure, index)),
    0,
    run,
  );

const suite = (
  name: string,
  file: string | undefined,
  cases: readonly TestCase[],
  durationMs: number,
  run: RunRecord,
) => ({
  '@name': xmlText(name),
  ...(file !== undefined && {'@file': xmlText(file)}),
  ...totals(cases),
  '@time': seconds(durationMs),
  // Without milliseconds and zone: the only form that Jenkins' schema takes.
  '@timestamp': run.startedAt.slice(0, 19),
  properties: {property: properties(run).map(([key, value]) => ({'@name': xmlText(key), '@value': xmlText(value)}))},
  testcase: cases,
});

const properties = (run: RunRecord): readonly (readonly [string, string])[] =>
  // Through a map, since machines of the same runtime set say the same.
  Array.from(
    new Map([
      ['run', run.id],
      ['plumbline', run.tool.version],
      ['node', run.tool.node],
      ['host.system', run.host.system],
      ['host.kernel', run.host.kernel],
      ...run.machines.flatMap((machine) =>
        Object.entries(machine.versions).map(
          ([component, version]) => [`${machine.runtimeSet}.${component}`, version] as const,
        ),
      ),
    ]),
  );

const totalsOfAll = (cases: readonly TestCase[]) => ({
  '@tests': String(cases.length),
  '@failures': String(cases.filter((one) => one.failure !== undefined).length),
  '@errors': String(cases.filter((one) => one.error !== undefined).length),
});

const totals = (cases: readonly TestCase[]) => ({
  ...totalsOfAll(cases),
  '@skipped': String(cases.filter((one) => one.skipped !== undefined).length),
});
