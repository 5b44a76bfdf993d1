import {FailureOnSet} from '../report/failure.ts';
import type {Interruption} from './interruption.ts';
import type {WorkerTask} from './desk-protocol.ts';
import type {Lane} from './lanes.ts';
import type {MachinePool} from './machine-pool.ts';
import {keepProcessEvents} from './process-events.ts';
import {openScenarioRunner, type ScenarioRunner} from './vitest-run.ts';

/** What every lane of a run shares. */
export interface LaneContext {
  readonly task: Omit<WorkerTask, 'cells' | 'lane'>;
  readonly pool: MachinePool;
  readonly interruption: Interruption;
}

/** Runs lanes, so many at once. Resolves with what went wrong apart from cells: machines that did not start, workers that died. */
export const runLanes = async (
  lanes: readonly Lane[],
  atOnce: number,
  context: LaneContext,
): Promise<readonly FailureOnSet[]> => {
  const waiting = [...lanes];
  const errors: FailureOnSet[] = [];
  const openings = new Openings();
  const work = async (): Promise<void> => {
    for (let lane = waiting.shift(); lane !== undefined; lane = waiting.shift()) {
      if (context.interruption.signal.aborted) return;
      try {
        const thrown = await runLane(lane, openings, context);
        errors.push(...thrown.map((error) => new FailureOnSet(lane.runtimeSet, error)));
      } catch (error) {
        errors.push(new FailureOnSet(lane.runtimeSet, error));
      }
      context.pool.endLane(lane.name);
    }
  };
  await Promise.all(Array.from({length: Math.min(atOnce, lanes.length)}, work));
  return errors;
};

const runLane = async (
  lane: Lane,
  openings: Openings,
  {task, pool, interruption}: LaneContext,
): Promise<readonly unknown[]> => {
  // Vitest loads while the first machine starts.
  const opening = openings.open({...task, cells: lane.cells, lane: lane.name});
  await using _closing = {
    [Symbol.asyncDispose]: async () => (await opening.catch(() => undefined))?.[Symbol.asyncDispose](),
  };
  // Cells wait for their machine at the desk, so Vitest and its worker load while the first one starts.
  const starting = pool.lease({runtimeSet: lane.runtimeSet, lane: lane.name, file: lane.cells[0]?.file ?? ''});
  starting.catch(() => undefined); // Looked at below; nothing must be thrown while Vitest is being opened.
  const runner = await opening;
  await using _cancel = interruption.onInterrupt(() => runner.cancel());
  const errors = await runner.run();
  await starting;
  return errors;
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
