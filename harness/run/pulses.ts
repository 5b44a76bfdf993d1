import {UsageError} from '../../vms/errors.ts';
import {failureRecordOf} from '../report/failure.ts';
import type {PlannedCell} from '../report/progress.ts';
import type {CellRecord} from '../report/run-record.ts';
import type {PulseRequest} from './desk-protocol.ts';

/**
 * Feels the pulse of the threads that run cells. The deadline of a cell is a timer of its thread: a body that loops without a pause never
 * comes to it, and only from outside can be told that the thread stands still.
 */
export class Pulses implements Disposable {
  /** By the name of their lane. */
  readonly #watched = new Map<string, WatchedLane>();

  /** Calls `action` when a cell of this lane has held its thread for as long as it may take. */
  watch(lane: string, action: (held: PulseRequest) => Promise<void>): WatchedLane {
    const watched = new WatchedLane(action);
    this.#watched.set(lane, watched);
    return watched;
  }

  /** Takes a pulse of a cell that is running. */
  feel(pulse: PulseRequest): void {
    this.#watched.get(pulse.lane)?.feel(pulse);
  }

  /** The lane has no running cell now. */
  rest(lane: string): void {
    this.#watched.get(lane)?.rest();
  }

  [Symbol.dispose](): void {
    for (const watched of this.#watched.values()) watched.rest();
  }
}

/** A lane whose cells are watched. */
export class WatchedLane implements AsyncDisposable {
  readonly #action: (held: PulseRequest) => Promise<void>;
  #timer: NodeJS.Timeout | undefined;
  #acting: Promise<void> = Promise.resolve();
  /** The last pulse that was felt. */
  latest: PulseRequest | undefined;
  /** Set once a cell has held its thread for too long: the last that was heard of it. */
  blocked: PulseRequest | undefined;

  constructor(action: (held: PulseRequest) => Promise<void>) {
    this.#action = action;
  }

  feel(pulse: PulseRequest): void {
    this.rest();
    this.latest = pulse;
    if (this.blocked !== undefined) return;
    this.#timer = setTimeout(() => {
      // Should this process have stood still itself, pulses that have come meanwhile are taken first.
      this.#timer = setTimeout(() => {
        this.blocked = pulse;
        this.#acting = this.#action(pulse);
      }, GRACE_MS);
    }, pulse.withinMs);
  }

  rest(): void {
    clearTimeout(this.#timer);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.rest();
    await this.#acting;
  }
}

const GRACE_MS = 5000;

/** The record of a cell that held its thread until that was ended. */
export const blockedCell = (cell: PlannedCell, {machine, withinMs}: PulseRequest): CellRecord => {
  const error = new UsageError(
    `Cannot run "${cell.name}" to its end: it holds its thread for more than ${withinMs / 1000} s, as code does that loops or waits for a program without a pause`,
  );
  return {
    ...cell,
    machine,
    status: 'failed',
    durationMs: withinMs + GRACE_MS,
    steps: [],
    reach: [],
    knownResidue: [],
    failures: [failureRecordOf(error)],
  };
};
