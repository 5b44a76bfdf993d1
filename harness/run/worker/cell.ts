import {relative} from 'node:path';
import {OBSERVATION_SCHEMA_VERSION, writeObservation} from '../../observe/observation-file.ts';
import {sorted} from '../../observe/observe-cell.ts';
import {RecordedFacts} from '../../observe/recorded-facts.ts';
import type {PlannedCell} from '../../report/progress.ts';
import type {CellRecord} from '../../report/run-record.ts';
import type {Scenario} from '../../scenario/definition.ts';
import {linkOfProc} from '../../teardown/host/proc.ts';
import {asAllureTakesIt, describeCell, describeMachine, describeOutcome} from './allure-description.ts';
import {runOnMachine} from './cell-on-machine.ts';
import {fail, type CellResult} from './cell-result.ts';
import type {WorkerContext} from './worker-context.ts';

/**
 * Runs one cell from the lease of its machine to its residue check, and tells the desk. Throws the first failure. The cell begins when it
 * has its machine: making one is no time of the cell's.
 */
export const runCell = async (planned: PlannedCell, scenario: Scenario, context: WorkerContext): Promise<void> => {
  const {desk} = context;
  const result: CellResult = {
    steps: [],
    reach: [],
    failures: [],
    knownResidue: [],
    errors: [],
    wasRun: false,
    recorded: new RecordedFacts(),
  };
  let machine: string | undefined;
  let startedAt: number | undefined;
  try {
    await describeCell(planned);
    const lease = await desk.lease({
      runtimeSet: planned.runtimeSet,
      lane: context.task.lane,
      file: planned.file,
    });
    startedAt = performance.now();
    desk.tell({type: 'cell-started', cell: planned.name});
    await describeMachine(lease);
    result.wasRun = true;
    machine = lease.reference.id;
    result.versions = lease.versions;
    let isClean = false;
    await using _pulse = desk.beat({
      lane: context.task.lane,
      cell: planned.name,
      machine,
      withinMs: context.task.threadDeadlineMs * lease.reference.traits.slowness,
      thread: ownThread(),
    });
    try {
      isClean = await runOnMachine(planned, scenario, lease, context, result);
    } finally {
      await desk.release({id: lease.reference.id, dirty: !isClean});
    }
  } catch (error) {
    fail(result, error);
  }
  const durationMs = startedAt === undefined ? 0 : performance.now() - startedAt;
  const {steps, reach, failures, knownResidue, imageDigest} = result;
  // How the cell ended is told even where nothing more can be written.
  const observed = await keepFacts(context.task.folder, planned, result).catch((error: unknown) => {
    fail(result, error);
    return [];
  });
  const files = [...failures.flatMap(({evidence}) => evidence), ...observed];
  await describeOutcome(failures[0], files, context.task.folder).catch((error: unknown) => fail(result, error));
  const record: CellRecord = {
    ...planned,
    ...(machine !== undefined && {machine}),
    status: failures.length === 0 ? 'passed' : result.wasRun ? 'failed' : 'not-run',
    durationMs,
    steps,
    reach,
    failures,
    knownResidue,
    ...(imageDigest !== undefined && {imageDigest}),
  };
  desk.tell({type: 'cell-ended', cell: record});
  await desk.flush();
  if (result.errors.length > 0) {
    throw asAllureTakesIt(result.errors[0], failures[0]);
  }
};

/** The link names it as `PID/task/TID`: https://man7.org/linux/man-pages/man5/proc_thread-self.5.html */
const ownThread = (): number => Number(linkOfProc('/proc/thread-self').split('/').at(-1));

/** Writes what the observers saw and what the scenario found out, nothing of a cell that came to neither; returns the paths in the run's folder. */
const keepFacts = async (
  folder: string,
  cell: PlannedCell,
  {observation, recorded, versions, steps}: CellResult,
): Promise<string[]> => {
  const {facts, rates} = recorded;
  if (observation === undefined && Object.keys({...facts, ...rates}).length === 0) {
    return [];
  }
  const file = await writeObservation(folder, {
    schemaVersion: OBSERVATION_SCHEMA_VERSION,
    cell: cell.name,
    ...pickIdentity(cell),
    versions: versions ?? {},
    facts: sorted({...observation?.facts, ...facts}),
    measurements: observation?.measurements ?? {},
    rates: sorted(rates),
    steps,
  });
  return [relative(folder, file)];
};

const pickIdentity = ({scenario, level, network, runtimeSet, repetition}: PlannedCell) => ({
  scenario,
  level,
  network,
  runtimeSet,
  repetition,
});
