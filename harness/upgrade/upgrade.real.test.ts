import {mkdtemp, readFile, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {describe, expect, onTestFinished, test} from 'vitest';
import {ledgerFolder} from '../../vms/ledger/ledger.ts';
import {entriesToUndo, parseLedger, undo} from '../../vms/ledger/sweep.ts';
import type {Provider} from '../../vms/machine.ts';
import {sandbox} from '../../vms/providers/sandbox/provider.ts';
import {loadRuntimeSet} from '../../vms/runtimes/runtime-set.ts';
import {planUpgrade} from '../cli/upgrade-flags.ts';
import {plumbline} from '../cli/plumbline-process.ts';
import {readRun} from '../report/run-file.ts';
import {Interruption} from '../run/interruption.ts';
import {upgradeId} from './upgrade-plan.ts';
import {upgradeRecord, type UpgradeRecord} from './upgrade-record.ts';
import {upgrade} from './upgrade.ts';

const folder = async (name: string): Promise<string> => {
  const path = await mkdtemp(join(tmpdir(), `plumbline-${name}-`));
  onTestFinished(() => rm(path, {recursive: true, force: true}));
  return path;
};

test('an upgrade from bookworm to trixie keeps what has to be kept, and equals a fresh trixie', async () => {
  const reports = await folder('reports');
  const {stdout, stderr, exitCode} = await plumbline(
    ['upgrade', '--from', 'bookworm', '--to', 'trixie', '--reports', reports, '--json'],
    {XDG_STATE_HOME: await folder('state')},
  );
  expect(exitCode, stderr).toBe(0);
  const record: UpgradeRecord = upgradeRecord.parse(JSON.parse(stdout));
  expect(upgradeRecord.parse(JSON.parse(await readFile(join(reports, record.id, 'upgrade.json'), 'utf8')))).toEqual(
    record,
  );
  expect(record.comparison).toMatchObject({unexplained: 0, freshSet: 'trixie'});

  const [live, plain] = record.passes;
  expect(live?.workloads.map(({survived}) => survived)).toEqual([true, true, true, true]);
  expect(live?.workloads.map(({parent}) => parent?.fate)).toEqual(['adopted', 'adopted', 'adopted', 'adopted']);
  expect(plain?.workloads.map(({survived}) => survived)).toEqual([false, false, true, true]);
  expect(plain?.workloads.map(({targets}) => targets.every(({isUp}) => isUp))).toEqual([false, true, true, true]);
  // dockerd takes a container down and up again; ctr's and runc's never notice.
  expect(plain?.workloads[1]?.targets[0]?.longestMs).toBeGreaterThan(100);
  expect(plain?.workloads.slice(2).flatMap(({targets}) => targets.map(({failed}) => failed))).toEqual([0, 0]);
  expect(record.passes.map(({after}) => after['docker'])).toEqual([
    expect.stringMatching(/^26\.1\.5/),
    expect.stringMatching(/^26\.1\.5/),
  ]);
});

describe('an upgrade whose packages do not install', () => {
  /** Machines on which apt fails before it changes anything. */
  const broken: Provider = {
    ...sandbox,
    start: (spec, signal) => {
      const content = 'DPkg::Pre-Invoke {"echo the disk of this machine is full >&2; false";};\n';
      return sandbox.start(
        {...spec, files: [...spec.files, {path: '/etc/apt/apt.conf.d/99broken', content, mode: 0o644}]},
        signal,
      );
    },
  };

  test('keeps its machine, says what apt said, and leaves nothing else', async () => {
    const reports = await folder('reports');
    using interruption = new Interruption();
    const plan = await planUpgrade({
      from: await loadRuntimeSet('bookworm'),
      to: await loadRuntimeSet('trixie'),
      files: [],
      flags: {machine: 'sandbox', reports},
      listener: () => undefined,
      interruption,
      toolVersion: 'test',
    });
    onTestFinished(() => removeKept(upgradeId(plan)));
    const {record} = await upgrade({...plan, provider: broken}, 'runc');
    expect(record.exitCode).toBe(4);
    expect(record.failures).toHaveLength(1);
    expect(record.failures[0]).toMatchObject({
      class: 'provision',
      evidence: expect.arrayContaining([expect.any(String)]),
    });
    expect(record.failures[0]?.sentence).toMatch(
      /^Cannot upgrade the packages of .*: apt-get ended with exit code 100, E: /,
    );
    const {machines} = await readRun(join(reports, plan.id));
    expect(machines.map(({kept}) => kept)).toEqual([true]);
  });
});

/** What `plumbline sweep` does, for this one run. */
const removeKept = async (runId: string): Promise<void> => {
  const file = join(ledgerFolder(), `${runId}.jsonl`);
  for (const entry of entriesToUndo(parseLedger(await readFile(file, 'utf8')))) {
    await undo(entry);
  }
  await rm(file);
};
