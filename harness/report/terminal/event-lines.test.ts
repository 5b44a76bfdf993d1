import {expect, test} from 'vitest';
import {exampleCell, exampleEvents, exampleFailedRun, exampleFailure, exampleRun} from '../example-run.ts';
import type {ProgressEvent} from '../progress.ts';
import {createEventLines} from './event-lines.ts';
import {plainPaint} from './paint.ts';

const drawn = (events: readonly ProgressEvent[]): string => {
  const linesOf = createEventLines(plainPaint, 80);
  return events.flatMap((event) => linesOf(event)).join('\n');
};

test('a run in which everything held', () => {
  expect(drawn(exampleEvents(exampleRun()))).toMatchInlineSnapshot(`
    "plumbline run 20261123-160512-k3f9
      machine   sandbox
      runtimes  trixie
      cells     3 of nginx: docker published · ctr isolated · runc netns

    ✓     5.12 s  Bake the root of trixie
    ✓     0.42 s  Start containerd  m1
    ✓     1.31 s  Start dockerd  m1
    ✓      ready  trixie · docker 28.5.1 · containerd 1.7.28 · runc 1.3.2 · kernel 6.18.44
    ✓     1.24 s  docker · published
    ✓     0.98 s  ctr · isolated
    ✓     1.24 s  runc · netns

    nginx            harness          neighbour        machine          container
    ─────────────────────────────────────────────────────────────────────────────
    docker published ✓ 0.8 ms port    ✓ 1.2 ms port    ✓ 0.8 ms port    ✓ 0.3 ms
                     ✓ silent address ✓ silent address ✓ 0.8 ms address
    ctr isolated                                                        ✓ 0.8 ms
    runc netns                                         ✓ 0.8 ms         ✓ 0.8 ms

    3 passed, 0 failed
    14.2 s, report in reports/20261123-160512-k3f9"
  `);
});

test('a run with failures', () => {
  expect(drawn(exampleEvents(exampleFailedRun()))).toMatchInlineSnapshot(`
    "plumbline run 20261123-160512-k3f9
      machine   sandbox
      runtimes  trixie
      cells     4 of nginx: docker published · ctr isolated · runc netns, isolated

    ✓     5.12 s  Bake the root of trixie
    ✓     0.42 s  Start containerd  m1
    ✓     1.31 s  Start dockerd  m1
    ✓      ready  trixie · docker 28.5.1 · containerd 1.7.28 · runc 1.3.2 · kernel 6.18.44
    ✓     1.24 s  docker · published
    ✓     0.98 s  ctr · isolated
    ✗     1.24 s  runc · netns
        Cannot reach "http://192.168.10.2:80/" from the machine: no answer within 300 ms
          class     probe, points at nginx
          step      Probe
          command   curl -sS --max-time 1 'http://192.168.10.2:80/?q=a b'
          expected  an answer with status 200
          seen      no answer within 300 ms
          evidence  reports/20261123-160512-k3f9/evidence/nginx-runc-netns-trixie/machine.log and 1 more files there
        Cannot accept the machine as clean: network interface "veth0" was left
          class     residue, points at kernel
    -             runc · isolated  not run: the machine is dirty

    nginx            harness          neighbour        machine          container
    ─────────────────────────────────────────────────────────────────────────────
    docker published ✓ 0.8 ms port    ✓ 1.2 ms port    ✓ 0.8 ms port    ✓ 0.3 ms
                     ✓ silent address ✓ silent address ✓ 0.8 ms address
    ctr isolated                                                        ✓ 0.8 ms
    runc netns                                         ✗ silent         ✓ 0.8 ms

    Cannot start machine "m2": dockerd did not answer within 30 s
      class     provision, points at dockerd

    ✗ runc · netns  Cannot reach "http://192.168.10.2:80/" from the machine: no answer within 300 ms

    2 passed, 1 failed, 1 not run
    14.2 s, exit code 1, report in reports/20261123-160512-k3f9"
  `);
});

test('a cell is named by what tells it apart', () => {
  const cells = [
    exampleCell({name: 'a', runtimeSet: 'trixie'}),
    exampleCell({name: 'b', runtimeSet: 'forky', repetition: 2}),
  ];
  const lines = drawn([
    {type: 'planned', runId: 'r', cells, notes: ['kvm does not boot: qemu emulates']},
    {type: 'cell-ended', cell: exampleCell({name: 'b', runtimeSet: 'forky', repetition: 2})},
  ]);
  expect(lines).toContain('  note      kvm does not boot: qemu emulates');
  expect(lines).toContain('docker · published · forky #2');
});

test('steps of cells and steps over in no time have no line, failed steps of machines have', () => {
  const step = {title: 'Probe', startedMs: 0, durationMs: 500, status: 'passed'} as const;
  const planned = {type: 'planned', runId: 'r', cells: [exampleCell({name: 'a'})], notes: []} as const;
  const ended = (scope: string, changes: object): ProgressEvent => ({
    type: 'step-ended',
    scope,
    step: {...step, ...changes},
  });
  expect(drawn([planned, ended('a', {})])).toBe(drawn([planned]));
  expect(drawn([ended('m1', {durationMs: 49})])).toBe('');
  expect(drawn([ended('m1', {durationMs: 10, status: 'failed'})])).toBe('✗     0.01 s  Probe  m1');
});

test('the failures of a cell beyond the third are counted', () => {
  const failures = [1, 2, 3, 4, 5].map((number) => exampleFailure({sentence: `Cannot do it: ${number}`}));
  const lines = drawn([{type: 'cell-ended', cell: exampleCell({status: 'failed', failures})}]);
  expect(lines).toContain('Cannot do it: 3');
  expect(lines).not.toContain('Cannot do it: 4');
  expect(lines).toContain('and 2 more in run.json');
});

test('nothing from outside reaches the terminal as a control character', () => {
  const evil = '\u001B[2J\u0007evil\u202E\n\u009B1m';
  const cell = exampleCell({
    name: evil,
    scenario: evil,
    runtimeSet: evil,
    status: 'failed',
    failures: [
      exampleFailure({
        sentence: evil,
        layer: evil,
        command: [evil],
        expected: evil,
        seen: evil,
        remedies: [evil],
        evidence: [evil],
      }),
    ],
  });
  const run = exampleRun({cells: [cell, exampleCell()], id: evil});
  const lines = drawn([...exampleEvents(run), {type: 'note', sentence: evil}]);
  expect(lines).toContain('evil');
  expect(lines.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/v);
});
