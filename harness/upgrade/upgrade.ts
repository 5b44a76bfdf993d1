import {mkdir, rename, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {Ledger} from '../../vms/ledger/ledger.ts';
import type {LedgerEntry} from '../../vms/ledger/ledger-entry.ts';
import {sweep, undo as undoEntry} from '../../vms/ledger/sweep.ts';
import type {OwnedMachine} from '../../vms/machine.ts';
import type {RuntimeSet} from '../../vms/runtimes/runtime-set.ts';
import {stateFolder} from '../../vms/state.ts';
import {compareRuns, type Comparison} from '../compare/comparison.ts';
import {explanationsFile, readExplanations} from '../compare/explanation.ts';
import {loadRun} from '../compare/loaded-run.ts';
import {matchesGlob} from '../observe/glob.ts';
import {exitCodeOf, failureRecordOf} from '../report/failure.ts';
import {recordHost} from '../report/host-record.ts';
import {pointLatestAt} from '../report/latest-run.ts';
import {writeRun} from '../report/run-file.ts';
import {RUN_SCHEMA_VERSION, type FailureRecord, type RunRecord} from '../report/run-record.ts';
import {makeFolder} from '../../vms/make-folder.ts';
import {written} from '../report/written.ts';
import {watchHost} from '../run/host-watch.ts';
import {run} from '../run/run.ts';
import {versionsAfter, type Component} from './component.ts';
import {comparisonFailures, freshFailures, passFailures, thrownFailures} from './upgrade-failures.ts';
import {passOn, type UpgradeFailure} from './upgrade-machine.ts';
import {withKernelOf} from './kernel-provider.ts';
import {bakeEnds, openMaterial, requirePackages} from './upgrade-material.ts';
import {componentsOf, runOptionsOf, setOfUpgraded, upgradeId, type UpgradePlan} from './upgrade-plan.ts';
import {probeIntervalMs} from './prober.ts';
import {UPGRADE_SCHEMA_VERSION, type UpgradePassRecord, type UpgradeRecord} from './upgrade-record.ts';
import {upgradedProvider} from './upgraded-provider.ts';

/** What an upgrade came to, with the comparison that its record only sums up. */
export interface UpgradeOutcome {
  readonly record: UpgradeRecord;
  readonly comparison: Comparison | undefined;
}

interface Progress {
  intervalMs: number;
  packages: Readonly<Record<string, string>>;
  readonly passes: UpgradePassRecord[];
  readonly failures: FailureRecord[];
  comparison: Comparison | undefined;
}

/**
 * Upgrades machines in place with workloads running, once with docker's live-restore and once without, then runs the scenarios on the
 * upgraded machine and on a fresh one and compares them. Writes `upgrade.json` beside the reports of the run on the upgraded machine.
 * Does not throw for what goes wrong on the way: the record says it.
 */
export const upgrade = async (plan: UpgradePlan, only?: Component): Promise<UpgradeOutcome> => {
  const startedAt = performance.timeOrigin + performance.now();
  const folder = join(plan.reports, plan.id);
  await written('reports', folder, async () => makeFolder(folder));
  const progress: Progress = {intervalMs: 0, packages: {}, passes: [], failures: [], comparison: undefined};
  const host = watchHost(upgradeId(plan));
  let keeping: UpgradeFailure | undefined;
  try {
    await upgradeAndCompare(plan, only, progress);
  } catch (error) {
    const thrown = thrownFailures(error);
    keeping = thrown.keeping;
    if (keeping !== undefined || !plan.interruption.signal.aborted) {
      progress.failures.push(...thrown.failures);
    }
    if (keeping !== undefined) {
      await writeKeptRun(plan, startedAt, folder, keeping, progress.failures);
    }
  }
  progress.failures.push(...plan.interruption.strayErrors.map((error) => failureRecordOf(error)));
  if (keeping === undefined) {
    progress.failures.push(...host.residue().map((residue) => failureRecordOf(residue)));
  }
  const record = recordOf(plan, only, startedAt, progress);
  await writeRecord(folder, record);
  return {record, comparison: progress.comparison};
};

const upgradeAndCompare = async (plan: UpgradePlan, only: Component | undefined, progress: Progress): Promise<void> => {
  await sweep({kept: false});
  await using undo = new AsyncDisposableStack();
  const ledger = undo.use(await Ledger.start(upgradeId(plan)));
  undo.use(await makeStateFolder(plan, ledger));
  const images = await bakeEnds(plan, undo);
  const material = await openMaterial(plan, images, componentsOf(only), undo);
  requirePackages(plan, material);
  progress.packages = material.packages.facts.packages;

  // The last machine has dockerd's own defaults, as a fresh one has: it is the one to compare.
  const kinds = Array.from({length: plan.repeat}, () => [true, false]).flat();
  let machine: OwnedMachine | undefined;
  for (const [index, liveRestore] of kinds.entries()) {
    await machine?.[Symbol.asyncDispose]();
    const pass = await passOn({plan, material, ledger, number: index + 1, liveRestore});
    machine = undo.use(pass.machine);
    progress.intervalMs = probeIntervalMs(machine.traits);
    progress.passes.push(pass.record);
    progress.failures.push(...passFailures(pass.record));
  }

  const installed = Object.keys(material.packages.facts.packages);
  plan.listener({type: 'note', sentence: 'The scenarios, on the upgraded machine'});
  const upgraded = await run(
    runOptionsOf(plan, {
      id: plan.id,
      provider: upgradedProvider(material, machine),
      cells: plan.cellsOf(setOfUpgraded(plan, installed).name),
      expectedVersions: versionsAfter(plan.from, plan.to, installed),
    }),
  );
  // Of a mixture there is no fresh machine: what one component brings is what differs from before.
  const freshSet = only === undefined ? plan.to : plan.from;
  plan.listener({type: 'note', sentence: `The scenarios, on a fresh machine of ${freshSet.name}`});
  const freshId = `${plan.id}-fresh`;
  const fresh = await run(
    runOptionsOf(plan, {
      id: freshId,
      provider: withKernelOf(images.from, plan.provider),
      cells: plan.cellsOf(freshSet.name),
    }),
  );
  progress.failures.push(...upgraded.failures, ...fresh.failures);
  plan.interruption.signal.throwIfAborted();
  progress.comparison = await compareWithFresh(plan, freshId, freshSet);
  progress.failures.push(...freshFailures(fresh), ...comparisonFailures(progress.comparison));
  const problem = await pointLatestAt(plan.reports, plan.id);
  if (problem !== undefined) plan.listener({type: 'note', sentence: problem});
};

/** The folder that the machines have theirs in; left alone when one of them is kept. */
const makeStateFolder = async (plan: UpgradePlan, ledger: Ledger): Promise<AsyncDisposable> => {
  const entry: LedgerEntry = {kind: 'folder', path: stateFolder('runs', upgradeId(plan))};
  ledger.record(entry);
  await mkdir(entry.path, {recursive: true, mode: 0o700});
  return {
    [Symbol.asyncDispose]: async () => {
      if (!ledger.isKept) {
        await undoEntry(entry);
        ledger.settle(entry);
      }
    },
  };
};

const compareWithFresh = async (
  {id, reports, from, to}: UpgradePlan,
  freshId: string,
  freshSet: RuntimeSet,
): Promise<Comparison> => {
  const [fresh, upgraded, known] = await Promise.all([
    loadRun(freshId, reports),
    loadRun(id, reports),
    readExplanations(explanationsFile),
  ]);
  // What one component brings is part of what is between the two sets, and explained by the same.
  const between = known
    .filter(
      (one) =>
        one.since !== undefined || (matchesGlob(from.name, one.from ?? '') && matchesGlob(to.name, one.to ?? '')),
    )
    .map((one) => (one.since === undefined ? {...one, from: '*', to: '*'} : one));
  const comparison = compareRuns(fresh, upgraded, {explanations: freshSet === to ? known : between});
  // One machine has only just started and the other has run its programs for minutes: how long things take says nothing then.
  const differences = comparison.differences.filter(({group}) => group !== 'time');
  return {...comparison, differences, unexplained: differences.filter(({explanations}) => !explanations).length};
};

const recordOf = (
  plan: UpgradePlan,
  only: Component | undefined,
  startedAt: number,
  {intervalMs, packages, passes, failures, comparison}: Progress,
): UpgradeRecord => ({
  schemaVersion: UPGRADE_SCHEMA_VERSION,
  id: plan.id,
  startedAt: new Date(startedAt).toISOString(),
  durationMs: performance.timeOrigin + performance.now() - startedAt,
  from: plan.from.name,
  to: plan.to.name,
  ...(only !== undefined && {only}),
  provider: plan.provider.name,
  intervalMs,
  packages: {...packages},
  passes,
  ...(comparison !== undefined && {
    comparison: {
      fresh: comparison.old.id,
      upgraded: comparison.new.id,
      freshSet: comparison.old.runtimeSets.join(', '),
      unexplained: comparison.unexplained,
      differences: comparison.differences.map((difference) => ({...difference})),
    },
  }),
  failures,
  exitCode: plan.interruption.exitCode ?? exitCodeOf(failures),
});

const writeRecord = async (folder: string, record: UpgradeRecord): Promise<void> => {
  const file = join(folder, 'upgrade.json');
  await written('what came of the upgrade', file, async () => {
    await writeFile(`${file}.${process.pid}`, `${JSON.stringify(record, undefined, 2)}\n`);
    await rename(`${file}.${process.pid}`, file);
  });
};

/** A run of no cells, so that "plumbline shell" finds the machine that was kept. */
const writeKeptRun = async (
  {id, asked, toolVersion, reports, listener}: UpgradePlan,
  startedAt: number,
  folder: string,
  {machine}: UpgradeFailure,
  failures: readonly FailureRecord[],
): Promise<void> => {
  const record: RunRecord = {
    schemaVersion: RUN_SCHEMA_VERSION,
    id,
    startedAt: new Date(startedAt).toISOString(),
    durationMs: performance.timeOrigin + performance.now() - startedAt,
    command: process.argv.slice(2),
    tool: {version: toolVersion, node: process.version},
    host: await recordHost(),
    options: {...asked},
    exitCode: exitCodeOf(failures),
    failures: [...failures],
    steps: [],
    machines: [machine],
    cells: [],
  };
  await writeRun(folder, record);
  const problem = await pointLatestAt(reports, id);
  if (problem !== undefined) listener({type: 'note', sentence: problem});
};
