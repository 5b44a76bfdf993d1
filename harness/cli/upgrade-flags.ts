import {join} from 'node:path';
import type {Command} from 'commander';
import {HostError} from '../../vms/errors.ts';
import {providers} from '../../vms/providers.ts';
import type {RuntimeSet} from '../../vms/runtimes/runtime-set.ts';
import {givesServices} from '../../vms/services.ts';
import type {ProgressListener} from '../report/progress.ts';
import type {Interruption} from '../run/interruption.ts';
import type {UpgradePlan} from '../upgrade/upgrade-plan.ts';
import {callerPath} from './caller-path.ts';
import {chooseProvider} from './provider-choice.ts';
import {runId} from './run-id.ts';
import {projectRoot, select} from './selection.ts';

/** Flags of the commands that upgrade machines. */
export interface UpgradeFlags {
  readonly machine: string;
  readonly repeat?: number;
  readonly reports: string;
  readonly json?: boolean;
}

/** Gives a command the arguments and flags of {@link planUpgrade}. */
export const addUpgradeOptions = (command: Command): Command =>
  command
    .argument('[files...]', 'scenario files to compare with; default: scenarios/nginx.scenario.ts')
    .option(
      '--machine <provider>',
      'what makes the machines; the daemons of others can not be restarted yet',
      'sandbox',
    )
    .option('--reports <folder>', 'where the reports go', join(projectRoot, 'reports'))
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

/** Plans upgrades. Throws `UsageError` for what can't be run, {@link HostError} when this host, or the provider, can't do it. */
export const planUpgrade = async ({files, flags, ...rest}: UpgradeRequest): Promise<UpgradePlan> => {
  const asked = files.length === 0 ? [join(projectRoot, 'scenarios/nginx.scenario.ts')] : files;
  const {scenarios, cells} = await select(asked, {
    runtime: [rest.from.name, rest.to.name],
    shard: {index: 1, count: 1},
    repeat: 1,
  });
  const {provider} = await chooseProvider(flags.machine);
  if (!givesServices(provider)) {
    const able = providers.filter(givesServices).map(({name}) => name);
    throw new HostError(
      `Cannot upgrade machines of "${provider.name}": their daemons can not be restarted one at a time`,
      [
        {
          sentence: `Only machines of ${able.join(', ')} can`,
          remedy: `plumbline upgrade --machine ${able[0]}`,
        },
      ],
    );
  }
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
