import {FailureOnSet} from '../report/failure.ts';
import type {PlannedCell} from '../report/progress.ts';
import type {Interruption} from './interruption.ts';
import type {WorkerTask} from './desk-protocol.ts';
import type {Lane} from './lanes.ts';
import type {MachinePool} from './machine-pool.ts';
import type {Pulses} from './pulses.ts';
import type {PulseRequest} from './desk-protocol.ts';
import {keepProcessEvents} from './process-events.ts';
import {openScenarioRunner, type RunnerResult, type ScenarioRunner} from './vitest-run.ts';

/** What every lane of a run shares. */
export interface LaneContext {
  readonly task: Omit<WorkerTask, 'cells' | 'lane'>;
  readonly pool: MachinePool;
  readonly interruption: Interruption;
  readonly pulses: Pulses;
  /** Takes note of a cell whose thread had to be ended. */
  readonly onBlocked: (blocked: PulseRequest) => void;
  readonly hasEnded: (cell: PlannedCell) => boolean;
}

/** What came of lanes, apart from what their cells told of themselves. */
export interface LanesResult {
  /** Machines that did not start, workers that died. */
  readonly errors: readonly FailureOnSet[];
  /** See `RunnerResult`. */
  readonly complaints: ReadonlyMap<string, string>;
}

/** Runs lanes, so many at once. */
export const runLanes = async (lanes: readonly Lane[], atOnce: number, context: LaneContext): Promise<LanesResult> => {
  const waiting = [...lanes];
  const errors: FailureOnSet[] = [];
  const complaints = new Map<string, string>();
  const openings = new Openings();
  const work = async (): Promise<void> => {
    for (let lane = waiting.shift(); lane !== undefined; lane = waiting.shift()) {
      if (context.interruption.signal.aborted) return;
      try {
        const {blocked, ...result} = await runLane(lane, openings, context);
        if (blocked !== undefined) {
          context.onBlocked(blocked);
          const cells = lane.cells.filter((cell) => !context.hasEnded(cell));
          if (cells.length > 0) waiting.unshift({...lane, cells});
        }
        errors.push(...result.errors.map((error) => new FailureOnSet(lane.runtimeSet, error)));
        for (const [cell, complaint] of result.complaints) complaints.set(cell, complaint);
      } catch (error) {
        errors.push(new FailureOnSet(lane.runtimeSet, error));
      }
      context.pool.endLane(lane.name);
    }
  };
  await Promise.all(Array.from({length: Math.min(atOnce, lanes.length)}, work));
  return {errors, complaints};
};

const runLane = async (
  lane: Lane,
  openings: Openings,
  {task, pool, interruption, pulses}: LaneContext,
): Promise<RunnerResult & {readonly blocked?: PulseRequest}> => {
  // Vitest loads while the first machine starts.
  const opening = openings.open({...task, cells: lane.cells, lane: lane.name});
  await using _closing = {
    [Symbol.asyncDispose]: async () => (await opening.catch(() => undefined))?.[Symbol.asyncDispose](),
  };
  // Cells wait for their machine at the desk, so Vitest and its worker load while the first one starts.
  const starting = pool.lease({runtimeSet: lane.runtimeSet, lane: lane.name, file: lane.cells[0]?.file ?? ''});
  starting.catch(() => undefined); // Looked at below; nothing must be thrown while Vitest is being opened.
  const runner = await opening;
  await using watched = pulses.watch(lane.name, ({thread}) => runner.cancel(thread));
  await using _cancel = interruption.onInterrupt(() => runner.cancel(watched.latest?.thread ?? 0));
  const result = await runner.run();
  await starting;
  const {blocked} = watched;
  return {...result, ...(blocked && {blocked})};
};

/** Opens one Vitest after another: what they do to the events of the process while they load is taken back by each alone. */
class Openings {
  #last: Promise<unknown> = Promise.resolve();

  open(task: WorkerTask): Promise<ScenarioRunner> {
    const opening = this.#last.then(() => keepProcessEvents(() => openScenarioRunner(task)));
    this.#last = opening.catch(() => undefined);
    return opening;
  }
}
