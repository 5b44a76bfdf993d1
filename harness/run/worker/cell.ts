import {label, parameter} from 'allure-js-commons';
import {OBSERVATION_SCHEMA_VERSION, writeObservation} from '../../observe/observation-file.ts';
import type {PlannedCell} from '../../report/progress.ts';
import type {CellRecord} from '../../report/run-record.ts';
import type {Scenario} from '../../scenario/definition.ts';
import {runOnMachine} from './cell-on-machine.ts';
import {fail, type CellResult} from './cell-result.ts';
import type {WorkerContext} from './worker-context.ts';

/** Runs one cell from the lease of its machine to its residue check, and tells the desk. Throws the first failure. */
export const runCell = async (planned: PlannedCell, scenario: Scenario, context: WorkerContext): Promise<void> => {
  const {desk} = context;
  const startedAt = performance.now();
  desk.tell({type: 'cell-started', cell: planned.name});
  const result: CellResult = {steps: [], reach: [], failures: [], knownResidue: [], errors: [], wasRun: false};
  try {
    await describe(planned);
    const lease = await desk.lease(planned.runtimeSet);
    result.wasRun = true;
    let isClean = false;
    try {
      isClean = await runOnMachine(planned, scenario, lease, context, result);
    } finally {
      await desk.release({id: lease.reference.id, dirty: !isClean, failed: result.failures.length > 0});
    }
  } catch (error) {
    fail(result, error);
  }
  const {steps, reach, failures, knownResidue, imageDigest, observation} = result;
  const status = failures.length === 0 ? 'passed' : result.wasRun ? 'failed' : 'not-run';
  const record: CellRecord = {
    ...planned,
    status,
    durationMs: performance.now() - startedAt,
    steps,
    reach,
    failures,
    knownResidue,
    ...(imageDigest !== undefined && {imageDigest}),
  };
  if (observation !== undefined) {
    await writeObservation(context.task.folder, {
      schemaVersion: OBSERVATION_SCHEMA_VERSION,
      cell: record.name,
      ...pickIdentity(record),
      ...observation,
      steps,
    });
  }
  desk.tell({type: 'cell-ended', cell: record});
  await desk.flush();
  if (result.errors.length > 0) {
    throw result.errors[0];
  }
};

const describe = async ({level, network, runtimeSet}: PlannedCell): Promise<void> => {
  await label('layer', level);
  await parameter('level', level);
  await parameter('network', network);
  await parameter('runtime set', runtimeSet);
};

const pickIdentity = ({scenario, level, network, runtimeSet, repetition}: CellRecord) => ({
  scenario,
  level,
  network,
  runtimeSet,
  repetition,
});
