import {RUN_SCHEMA_VERSION} from './run-record.ts';
import type {CellRecord, FailureRecord, MachineRecord, ReachRecord, RunRecord, StepRecord} from './run-record.ts';
import type {ProgressEvent} from './progress.ts';

/** A made-up run in which everything held: what tests of reports read. */
export function exampleRun(changes: Partial<RunRecord> = {}): RunRecord {
  return {
    schemaVersion: RUN_SCHEMA_VERSION,
    id: '20261123-160512-k3f9',
    startedAt: '2026-11-23T16:05:12.000Z',
    durationMs: 14_210,
    command: ['plumbline', 'run'],
    tool: {version: '0.1.0', node: '24.21.0'},
    host: {system: 'Debian GNU/Linux 12 (bookworm)', kernel: '6.18.44', cpus: 2, memoryBytes: 25_769_803_776},
    options: {provider: 'sandbox', runtimeSets: ['trixie']},
    exitCode: 0,
    failures: [],
    steps: [step('Bake the root of trixie', 5120)],
    machines: [exampleMachine()],
    cells: [publishedCell(), isolatedCell(), netnsCell()],
    ...changes,
  };
}

/** The same run with a probe that found silence, a residue, a cell that was not run and a failure of the machine. */
export function exampleFailedRun(): RunRecord {
  return exampleRun({
    exitCode: 1,
    failures: [
      exampleFailure({
        class: 'provision',
        layer: 'dockerd',
        sentence: 'Cannot start machine "m2": dockerd did not answer within 30 s',
      }),
    ],
    cells: [publishedCell(), isolatedCell(), failedCell(), notRunCell()],
  });
}

/** The events of a run, in the order in which they would have come. */
export function exampleEvents(run: RunRecord): readonly ProgressEvent[] {
  const folder = `reports/${run.id}`;
  return [
    {type: 'planned', runId: run.id, cells: run.cells, notes: [], provider: 'sandbox', folder},
    ...run.steps.flatMap((one) => stepEvents('run', one)),
    ...run.machines.flatMap((machine): readonly ProgressEvent[] => [
      ...machine.steps.flatMap((one) => stepEvents(machine.id, one)),
      {type: 'machine-ready', machine},
    ]),
    ...run.cells.flatMap((cell): readonly ProgressEvent[] => [
      {type: 'cell-started', cell: cell.name},
      ...cell.steps.flatMap((one) => stepEvents(cell.name, one)),
      {type: 'cell-ended', cell},
    ]),
    {type: 'finished', run, folder},
  ];
}

/** A cell that passed, with what differs from one that runs `docker` in mode `published`. */
export function exampleCell(changes: Partial<CellRecord> = {}): CellRecord {
  const level = changes.level ?? 'docker';
  const network = changes.network ?? 'published';
  return {
    name: `nginx ${level} ${network} trixie`,
    scenario: 'nginx',
    file: 'scenarios/nginx.scenario.ts',
    level,
    network,
    runtimeSet: 'trixie',
    repetition: 1,
    status: 'passed',
    durationMs: 1240,
    steps: [step('Start the workload', 610), step('Probe', 90), step('Stop the workload', 540)],
    reach: [],
    knownResidue: [],
    failures: [],
    ...changes,
  };
}

/** A probe failure, with what differs. */
export function exampleFailure(changes: Partial<FailureRecord> = {}): FailureRecord {
  return {
    class: 'probe',
    sentence: 'Cannot reach "http://192.168.10.2:80/" from the machine: no answer within 300 ms',
    evidence: [],
    ...changes,
  };
}

/** What one probe found. */
export function exampleReach(changes: Partial<ReachRecord> = {}): ReachRecord {
  return {
    vantage: 'machine',
    route: 'address',
    url: 'http://192.168.10.2:80/',
    expected: 'answers',
    seen: {kind: 'answer', status: 200, firstByteMs: 0.84},
    held: true,
    ...changes,
  };
}

export const exampleMachine = (): MachineRecord => ({
  id: 'm1',
  runtimeSet: 'trixie',
  image: '4f0c2d7a',
  traits: {provider: 'sandbox', kernel: '6.18.44', cgroupVersion: 1, acceleration: 'none'},
  details: {},
  kept: false,
  versions: {docker: '28.5.1', containerd: '1.7.28', runc: '1.3.2', kernel: '6.18.44'},
  steps: [step('Mount the layers', 20), step('Start containerd', 420), step('Start dockerd', 1310)],
});

const publishedCell = (): CellRecord => {
  const silent = {expected: 'silent', seen: {kind: 'silent', reason: 'no answer within 300 ms'}} as const;
  return exampleCell({
    reach: [
      exampleReach({vantage: 'harness', route: 'port'}),
      exampleReach({vantage: 'harness', ...silent}),
      exampleReach({vantage: 'neighbour', route: 'port', seen: {kind: 'answer', status: 200, firstByteMs: 1.2}}),
      exampleReach({vantage: 'neighbour', ...silent}),
      exampleReach({route: 'port'}),
      exampleReach(),
      exampleReach({vantage: 'container', route: 'loopback', seen: {kind: 'answer', status: 200, firstByteMs: 0.3}}),
    ],
  });
};

const isolatedCell = (): CellRecord =>
  exampleCell({
    level: 'ctr',
    network: 'isolated',
    durationMs: 980,
    reach: [exampleReach({vantage: 'container', route: 'loopback'})],
  });

const netnsCell = (): CellRecord =>
  exampleCell({
    level: 'runc',
    network: 'netns',
    reach: [exampleReach(), exampleReach({vantage: 'container', route: 'loopback'})],
  });

const failedCell = (): CellRecord =>
  exampleCell({
    level: 'runc',
    network: 'netns',
    status: 'failed',
    steps: [step('Start the workload', 300), {...step('Probe', 320), status: 'failed'}],
    reach: [
      exampleReach({seen: {kind: 'silent', reason: 'no answer within 300 ms'}, held: false}),
      exampleReach({vantage: 'container', route: 'loopback'}),
    ],
    failures: [
      exampleFailure({
        layer: 'nginx',
        command: ['curl', '-sS', '--max-time', '1', 'http://192.168.10.2:80/?q=a b'],
        expected: 'an answer with status 200',
        seen: 'no answer within 300 ms',
        evidence: ['evidence/nginx-runc-netns-trixie/machine.log', 'evidence/nginx-runc-netns-trixie/config.json'],
      }),
      exampleFailure({
        class: 'residue',
        layer: 'kernel',
        sentence: 'Cannot accept the machine as clean: network interface "veth0" was left',
      }),
    ],
  });

const notRunCell = (): CellRecord =>
  exampleCell({
    level: 'runc',
    network: 'isolated',
    status: 'not-run',
    durationMs: 0,
    steps: [],
    failures: [exampleFailure({class: 'residue', sentence: 'the machine is dirty'})],
  });

const step = (title: string, durationMs: number): StepRecord => ({title, startedMs: 0, durationMs, status: 'passed'});

const stepEvents = (scope: string, one: StepRecord): readonly ProgressEvent[] => [
  {type: 'step-started', scope, title: one.title},
  {type: 'step-ended', scope, step: one},
];
