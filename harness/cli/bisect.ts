import type {Command} from 'commander';
import {UsageError} from '../../vms/errors.ts';
import {loadRuntimeSet} from '../../vms/runtimes/runtime-set.ts';
import {exitCodeOf} from '../report/failure.ts';
import {createPaint} from '../report/terminal/paint.ts';
import {terminalReporter} from '../report/terminal/reporter.ts';
import {components, packagesOf} from '../upgrade/component.ts';
import {requireTwoSets} from '../upgrade/upgrade-plan.ts';
import {addUpgradeOptions, planUpgrade, type UpgradeFlags} from './upgrade-flags.ts';

/** `plumbline bisect`: which component brings each difference between two runtime sets. */
export const addBisectCommand = (program: Command, toolVersion: string): void => {
  addUpgradeOptions(
    program
      .command('bisect')
      .description(
        'find the component, runc, containerd or docker, that brings each difference between two runtime sets',
      )
      .argument('<old>', 'runtime set to start on')
      .argument('<new>', 'runtime set to take components from')
      .option('--fact <glob>', 'only differences of such facts, as compare prints them', '*'),
  ).action(async (old: string, recent: string, files: string[], flags: UpgradeFlags & {readonly fact: string}) => {
    const [from, to] = [await loadRuntimeSet(old), await loadRuntimeSet(recent)];
    requireTwoSets(from, to);
    packagesOf(to, components);
    const [{bisectUpgrade}, {bisectLines}, {Interruption}] = await Promise.all([
      import('../upgrade/bisect-run.ts'),
      import('../upgrade/bisect-lines.ts'),
      import('../run/interruption.ts'),
    ]);
    using interruption = new Interruption();
    const stream = flags.json ? process.stderr : process.stdout;
    using reporter = await terminalReporter(stream);
    const plan = await planUpgrade({from, to, files, flags, listener: reporter, interruption, toolVersion});
    const record = await interruption.orInterrupted(bisectUpgrade(plan, flags.fact));
    reporter.stop();
    if (record === undefined) {
      process.exitCode = interruption.exitCode;
      return;
    }
    if (flags.fact !== '*' && record.differences.length === 0 && record.failures.length === 0) {
      throw new UsageError(`Cannot bisect "${flags.fact}": ${old} and ${recent} do not differ in such a fact`);
    }
    process.stdout.write(
      flags.json
        ? `${JSON.stringify(record, undefined, 2)}\n`
        : `${bisectLines(record, createPaint(stream)).join('\n')}\n`,
    );
    process.exitCode = interruption.exitCode ?? exitCodeOf(record.failures);
  });
};
