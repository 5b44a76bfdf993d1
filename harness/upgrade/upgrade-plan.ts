import type {Provider} from '../../vms/machine.ts';
import type {RuntimeSet} from '../../vms/runtimes/runtime-set.ts';
import {UsageError} from '../../vms/errors.ts';
import type {PlannedCell, ProgressListener} from '../report/progress.ts';
import type {Interruption} from '../run/interruption.ts';
import type {RunOptions} from '../run/run.ts';
import type {LoadedScenario} from '../scenario/load.ts';
import {components, componentsIn, type Component} from './component.ts';

/** What upgrades and their comparisons are made with. */
export interface UpgradePlan {
  /** Of the run whose reports hold everything. */
  readonly id: string;
  readonly root: string;
  /** Folder of the reports of all runs. */
  readonly reports: string;
  /** Folder that the command was called from: paths are shown relative to it. */
  readonly calledFrom: string;
  readonly from: RuntimeSet;
  readonly to: RuntimeSet;
  readonly provider: Provider;
  /** How many times each kind of upgrade is measured, each time on a new machine. */
  readonly repeat: number;
  /** Run on upgraded and on fresh machines; the workload of the first is what is probed. */
  readonly scenarios: readonly LoadedScenario[];
  /** The cells of these scenarios, planned for a runtime set. */
  readonly cellsOf: (runtimeSet: string) => readonly PlannedCell[];
  readonly asked: Readonly<Record<string, unknown>>;
  readonly listener: ProgressListener;
  readonly interruption: Interruption;
  readonly toolVersion: string;
}

/** Id of what an upgrade makes itself, beside its runs. It must not begin as those do, which look for what they leave by their ids. */
export const upgradeId = ({id}: Pick<UpgradePlan, 'id'>): string => `upgrade-${id}`;

/** Throws {@link UsageError} when there is nothing that an upgrade between these sets could be. */
export const requireTwoSets = (from: RuntimeSet, to: RuntimeSet): void => {
  if (from.name === to.name) {
    throw new UsageError(`Cannot upgrade "${from.name}" to "${to.name}": it is the same runtime set`);
  }
};

/** The components to upgrade: the one that was asked for, or all. */
export const componentsOf = (only: Component | undefined): readonly Component[] =>
  only === undefined ? components : [only];

/**
 * The set that runs on an upgraded machine go by: what a set is known to leave behind is dockerd's doing, so it is the one that dockerd is
 * from.
 */
export const setOfUpgraded = ({from, to}: UpgradePlan, installed: readonly string[]): RuntimeSet =>
  componentsIn(installed).includes('docker') ? to : from;

/** How a run on machines of an upgrade is done, apart from what the machines are. */
export const runOptionsOf = (
  {root, reports, calledFrom, scenarios, asked, listener, interruption, toolVersion}: UpgradePlan,
  own: Pick<RunOptions, 'id' | 'provider' | 'cells' | 'expectedVersions'>,
): RunOptions => ({
  ...own,
  root,
  reports,
  calledFrom,
  scenarios,
  asked,
  interruption,
  toolVersion,
  files: [],
  ociRuntime: undefined,
  pull: false,
  keep: 'never',
  cellDeadlineMs: 120_000,
  machinesAtOnce: 1,
  notes: [],
  // The plan and the totals are the upgrade's own, and it is not over with one run.
  listener: (event) => {
    const isOfCell = 'scope' in event && own.cells.some(({name}) => name === event.scope);
    if (event.type !== 'planned' && event.type !== 'finished' && !isOfCell) {
      listener(event);
    }
  },
});
