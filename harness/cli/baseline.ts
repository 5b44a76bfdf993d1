import {rename, rm, stat, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {UsageError} from '../../vms/errors.ts';
import {baselineName, isVirtual} from '../compare/baseline-name.ts';
import {comparisonLines} from '../compare/comparison-lines.ts';
import {compareRuns} from '../compare/comparison.ts';
import {explanationsFile, readExplanations} from '../compare/explanation.ts';
import {loadRun, partOn, type LoadedRun} from '../compare/loaded-run.ts';
import {writeObservation} from '../observe/observation-file.ts';
import type {RunRecord} from '../report/run-record.ts';
import {createPaint} from '../report/terminal/paint.ts';
import {makeFolder} from '../../vms/make-folder.ts';
import {written} from '../report/written.ts';
import {upgradeRunText} from './upgrade-run.ts';

/** What {@link baselineCommand} accepts. */
export interface BaselineCommandOptions {
  /** Folder or `run.json` of the run, or its id. */
  readonly run: string;
  /** The one of its runtime sets that is accepted. Default: the only one. */
  readonly runtime?: string | undefined;
  /** Name of the baseline. Default: see {@link baselineName}. */
  readonly name?: string | undefined;
  readonly reportsFolder: string;
  readonly stream: NodeJS.WritableStream;
  /** Show what it would change, and change nothing. */
  readonly dryRun?: boolean | undefined;
  readonly colour?: boolean | undefined;
}

/**
 * Makes a run the baseline of its runtime set, showing what that changes. Throws {@link UsageError} for a run that did not pass, has
 * several runtime sets, or would replace the baseline of another one or of another kind of machine.
 */
export const baselineCommand = async (options: BaselineCommandOptions): Promise<0> => {
  const {reportsFolder, stream, dryRun = false} = options;
  const whole = await loadRun(options.run, reportsFolder);
  const run = options.runtime === undefined ? whole : partOn(options.runtime, whole);
  const set = onlySet(run);
  const name = options.name ?? baselineName(run, set);
  if (!/^[a-z0-9][a-z0-9.-]*$/.test(name)) {
    throw new UsageError(
      `Cannot accept baseline "${name}": its name has to be lower-case letters, digits, dots and hyphens`,
    );
  }
  const folder = join(reportsFolder, 'baselines', name);
  const paint = createPaint(stream, options.colour);
  if (await stat(folder).catch(() => undefined)) {
    const current = await loadRun(folder, reportsFolder);
    const currentSet = onlySet(current);
    if (currentSet !== set) {
      throw new UsageError(
        `Cannot accept "${options.run}" as baseline "${name}": it ran on "${set}", and the baseline is of "${currentSet}"`,
      );
    }
    if (isVirtual(current) !== isVirtual(run)) {
      const [ran, held] = [run, current].map((one) => (isVirtual(one) ? 'virtual machines' : 'sandboxes'));
      throw new UsageError(
        `Cannot accept "${options.run}" as baseline "${name}": it ran in ${ran}, and the baseline is of ${held}`,
      );
    }
    const comparison = compareRuns(current, run, {explanations: await readExplanations(explanationsFile)});
    stream.write(`${comparisonLines(comparison, paint).join('\n')}\n`);
  } else {
    stream.write(`There is no baseline "${name}" yet\n`);
  }
  if (!dryRun) {
    await written(`baseline "${name}"`, folder, async () => writeBaseline(folder, run));
    stream.write(`${paint('good', '✓')} Wrote baseline "${name}"\n`);
  }
  return 0;
};

const onlySet = ({name, record}: LoadedRun): string => {
  const failed = record.cells.filter(({status}) => status !== 'passed').length;
  const sets = [...new Set(record.cells.map(({runtimeSet}) => runtimeSet))];
  if (failed > 0 || record.cells.length === 0 || record.failures.length > 0) {
    throw new UsageError(
      `Cannot accept "${name}" as a baseline: ${record.cells.length === 0 ? 'it has no cells' : failed > 0 ? `${failed} of its cells did not pass` : 'it failed'}`,
    );
  }
  if (record.options['runc'] !== undefined) {
    throw new UsageError(`Cannot accept "${name}" as a baseline: it ran with another OCI runtime, given with --runc`);
  }
  const upgradeRun = upgradeRunText(record);
  if (upgradeRun !== undefined) {
    throw new UsageError(`Cannot accept "${name}" as a baseline: ${upgradeRun}`);
  }
  if (sets.length !== 1) {
    throw new UsageError(
      `Cannot accept "${name}" as a baseline: it ran on ${sets.join(', ')}, a baseline is of one runtime set: choose it with --runtime`,
    );
  }
  return sets[0] ?? '';
};

/** Replaces the whole folder, so that no observation of a cell that is no more stays behind. */
const writeBaseline = async (folder: string, run: LoadedRun): Promise<void> => {
  const temporary = `${folder}.new`;
  await rm(temporary, {recursive: true, force: true});
  await makeFolder(temporary);
  try {
    const keepsTimes = isRepeated(run.record);
    await writeFile(join(temporary, 'run.json'), `${JSON.stringify(compact(run.record, keepsTimes))}\n`);
    for (const observation of run.observations.values()) {
      const measurements = Object.fromEntries(
        Object.entries(observation.measurements).filter(([, {unit}]) => keepsTimes || unit !== 'ms'),
      );
      await writeObservation(temporary, {...observation, measurements, steps: []});
    }
    await rm(folder, {recursive: true, force: true});
    await rename(temporary, folder);
  } catch (error) {
    await rm(temporary, {recursive: true, force: true});
    throw error;
  }
};

/** From so many repetitions on times are judged by statistics; a single time says more of the day than of the runtimes. */
const ENOUGH_REPETITIONS = 5;

const isRepeated = ({cells}: RunRecord): boolean =>
  Map.groupBy(cells, ({scenario, level, network}) => JSON.stringify([scenario, level, network]))
    .values()
    .every(({length}) => length >= ENOUGH_REPETITIONS);

/** Without what only explains failures, and without what is about this host alone and says nothing of the runtimes. */
const compact = (record: RunRecord, keepsTimes: boolean): RunRecord => ({
  ...record,
  command: [],
  options: {},
  // What remains tells facts that follow the host's size from those that do not.
  host: {...record.host, kernel: ''},
  ...(record.otherHosts && {otherHosts: record.otherHosts.map((host) => ({...host, kernel: ''}))}),
  steps: [],
  machines: record.machines.map((machine) => ({...machine, details: {}, steps: []})),
  cells: record.cells.map((cell) => ({
    ...cell,
    steps: keepsTimes ? cell.steps.map(({command: _command, ...step}) => step) : [],
  })),
});
