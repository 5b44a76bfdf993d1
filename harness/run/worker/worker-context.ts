import type {ExpectStatic} from 'vitest';
import type {WorkerTask} from '../desk-protocol.ts';
import type {DeskClient} from './desk-client.ts';
import type {SoftError} from './soft-errors.ts';

/** What a worker runs cells with. */
export interface WorkerContext {
  readonly task: WorkerTask;
  readonly desk: DeskClient;
  readonly expect: ExpectStatic;
  readonly signal: AbortSignal;
  /** What `expect.soft` has found so far. */
  readonly softErrors: () => readonly SoftError[];
}
