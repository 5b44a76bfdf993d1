import {join} from 'node:path';
import {Option, type Command} from 'commander';
import {loadRuntimeSet} from '../../vms/runtimes/runtime-set.ts';
import {shownPath} from '../report/shown-path.ts';
import {createPaint} from '../report/terminal/paint.ts';
import {terminalReporter} from '../report/terminal/reporter.ts';
import {components, packagesOf, type Component} from '../upgrade/component.ts';
import {componentsOf, requireTwoSets} from '../upgrade/upgrade-plan.ts';
import {addUpgradeOptions, planUpgrade, type UpgradeFlags} from './upgrade-flags.ts';
import {parseCount} from './selection.ts';

interface OwnFlags extends UpgradeFlags {
  readonly from: string;
  readonly to: string;
  readonly only?: Component;
}

/** `plumbline upgrade`: the packages of a machine, in place, with the workloads running. */
export const addUpgradeCommand = (program: Command, toolVersion: string): void => {
  addUpgradeOptions(
    program
      .command('upgrade')
      .description(
        'upgrade a machine in place with workloads running: how long they were down, and what is otherwise than on a fresh one',
      )
      .requiredOption('--from <name>', 'runtime set to start on')
      .requiredOption('--to <name>', 'runtime set to upgrade to')
      .addOption(new Option('--only <component>', 'upgrade this component alone').choices(components))
      .option('--repeat <n>', 'measure each kind of upgrade so many times', parseCount, 1),
  ).action(async (files: string[], flags: OwnFlags) => {
    const [from, to] = [await loadRuntimeSet(flags.from), await loadRuntimeSet(flags.to)];
    requireTwoSets(from, to);
    packagesOf(to, componentsOf(flags.only));
    const [{upgrade}, {upgradeLines}, {Interruption}] = await Promise.all([
      import('../upgrade/upgrade.ts'),
      import('../upgrade/upgrade-lines.ts'),
      import('../run/interruption.ts'),
    ]);
    using interruption = new Interruption();
    const stream = flags.json ? process.stderr : process.stdout;
    using reporter = await terminalReporter(stream);
    const plan = await planUpgrade({from, to, files, flags, listener: reporter, interruption, toolVersion});
    const {record, comparison} = await upgrade(plan, flags.only);
    reporter.stop();
    const folder = shownPath(join(plan.reports, record.id), plan.calledFrom);
    process.stdout.write(
      flags.json
        ? `${JSON.stringify(record, undefined, 2)}\n`
        : `${upgradeLines(record, comparison, folder, createPaint(stream)).join('\n')}\n`,
    );
    process.exitCode = record.exitCode;
  });
};
