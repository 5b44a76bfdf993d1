import type {Acceleration} from '../../vms/machine.ts';
import {join} from 'node:path';
import type {Command} from 'commander';
import type {RuntimeSet} from '../../vms/runtimes/runtime-set.ts';
import type {ProgressListener} from '../report/progress.ts';
import type {Interruption} from '../run/interruption.ts';
import type {UpgradePlan} from '../upgrade/upgrade-plan.ts';
import {callerPath} from '../report/caller-path.ts';
import {accelerationOption, chooseProvider} from './provider-choice.ts';
import {runId} from './run-id.ts';
import {projectReports, projectRoot, select} from './selection.ts';

/** Flags of the commands that upgrade machines. */
export interface UpgradeFlags {
  readonly machine: string;
  readonly accel?: Acceleration;
  readonly repeat?: number;
  readonly reports: string;
  readonly json?: boolean;
}

/** Gives a command the arguments and flags of {@link planUpgrade}. */
export const addUpgradeOptions = (command: Command): Command =>
  command
    .argument('[files...]', 'scenario files to compare with; default: scenarios/nginx.scenario.ts')
    .option('--machine <provider>', 'what makes the machines', 'sandbox')
    .addOption(accelerationOption())
    .option('--reports <folder>', 'where the reports go', projectReports)
    .option('--json', 'print one JSON document');

/** What {@link planUpgrade} is asked for. */
export interface UpgradeRequest {
  readonly from: RuntimeSet;
  readonly to: RuntimeSet;
  readonly files: readonly string[];
  readonly flags: UpgradeFlags;
  readonly listener: ProgressListener;
  readonly interruption: Interruption;
  readonly toolVersion: string;
}

/** Plans upgrades. Throws `UsageError` for what can't be run, `HostError` when this host can't make such machines. */
export const planUpgrade = async ({files, flags, ...rest}: UpgradeRequest): Promise<UpgradePlan> => {
  const asked = files.length === 0 ? [join(projectRoot, 'scenarios/nginx.scenario.ts')] : files;
  const {scenarios, cells} = await select(asked, {
    runtime: [rest.from.name, rest.to.name],
    shard: {index: 1, count: 1},
    repeat: 1,
  });
  const {provider} = await chooseProvider(flags.machine, flags.accel);
  return {
    ...rest,
    id: runId(new Date()),
    root: projectRoot,
    reports: callerPath(flags.reports),
    calledFrom: callerPath('.'),
    provider,
    repeat: flags.repeat ?? 1,
    scenarios,
    cellsOf: (name) => cells.filter(({runtimeSet}) => runtimeSet === name),
    asked: {...flags, from: rest.from.name, to: rest.to.name},
  };
};
