import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {keptText} from '../../vms/kept-folder.ts';
import {ledgerFolder} from '../../vms/ledger/ledger.ts';
import {entriesToUndo, parseLedger, undo} from '../../vms/ledger/sweep.ts';
import type {Provider} from '../../vms/machine.ts';
import {providers} from '../../vms/providers.ts';
import {loadRuntimeSet} from '../../vms/runtimes/runtime-set.ts';
import {planUpgrade} from '../cli/upgrade-flags.ts';
import {readRun} from '../report/run-file.ts';
import {watchHost} from '../run/host-watch.ts';
import {Interruption} from '../run/interruption.ts';
import {upgradeId} from './upgrade-plan.ts';
import {upgrade} from './upgrade.ts';

// Which providers are tried is the test project's choice: see harness/vitest.config.ts.
const chosen = providers.filter(({name}) => process.env['PLUMBLINE_CONTRACT']?.split(',').includes(name));

/** Machines on which apt fails before it changes anything. */
const broken = (provider: Provider): Provider => ({
  ...provider,
  start: (spec, signal) => {
    const content = 'DPkg::Pre-Invoke {"echo the disk of this machine is full >&2; false";};\n';
    return provider.start(
      {...spec, files: [...spec.files, {path: '/etc/apt/apt.conf.d/99broken', content, mode: 0o644}]},
      signal,
    );
  },
});

test.each(chosen)(
  'an upgrade whose packages do not install keeps its machine of $name, says what apt said, and leaves nothing else',
  async ({name}) => {
    const reports = await mkdtemp(join(tmpdir(), 'plumbline-reports-'));
    onTestFinished(() => rm(reports, {recursive: true, force: true}));
    using interruption = new Interruption();
    const plan = await planUpgrade({
      from: await loadRuntimeSet('bookworm'),
      to: await loadRuntimeSet('trixie'),
      files: [],
      flags: {machine: name, reports},
      listener: () => undefined,
      interruption,
      toolVersion: 'test',
    });
    onTestFinished(() => removeKept(upgradeId(plan)));
    const host = watchHost(upgradeId(plan));
    const {record} = await upgrade({...plan, provider: broken(plan.provider)}, 'runc');
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
    await removeKept(upgradeId(plan));
    expect(host.residue()).toEqual([]);
  },
);

/** What `plumbline sweep` does, for this one run, where it has left something. */
const removeKept = async (runId: string): Promise<void> => {
  const file = join(ledgerFolder(), `${runId}.jsonl`);
  for (const entry of entriesToUndo(parseLedger((await keptText(file)) ?? ''))) {
    await undo(entry);
  }
  await rm(file, {force: true});
};
