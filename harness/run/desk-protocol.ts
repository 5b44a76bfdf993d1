import type {MachineReference} from '../../vms/machine.ts';
import type {KnownResidue} from '../../vms/runtimes/runtime-set.ts';
import type {AfterPause, Paused, PausePoint} from './pause.ts';
import type {PlannedCell, ProgressEvent} from '../report/progress.ts';
import type {FailureRecord} from '../report/run-record.ts';

/*
 * The tool's own process owns the machines; Vitest's workers run cells. Between them stands a desk: an HTTP server on a Unix
 * socket in the run's private folder, at which a worker asks for a machine, gives it back, and tells what happens.
 */

/** `POST /lease`. Answered with 200 and a {@link Lease}, or with 503 and a {@link FailureRecord} when no machine could be had. */
export interface LeaseRequest {
  readonly runtimeSet: string;
  /** Name of the lane that the cell is in: lanes do not share machines. */
  readonly lane: string;
  /** The scenario file of the cell. A machine that can is made what it was at first for each file. */
  readonly file: string;
}

/** A machine, for one cell. */
export interface Lease {
  readonly reference: MachineReference;
  /** Digest of the manifest that each image must be proven to have, by the image's name. */
  readonly imageDigests: Readonly<Record<string, string>>;
  /** Versions found in it, by component. */
  readonly versions: Readonly<Record<string, string>>;
  /** What the versions in it are known to leave behind. */
  readonly knownResidue: readonly KnownResidue[];
}

/** `POST /release`. */
export interface ReleaseRequest {
  readonly id: string;
  /** The machine holds something that it did not hold before, or is broken: it is thrown away. */
  readonly dirty: boolean;
}

/**
 * `POST /keep`: a cell has failed on this machine; is it to be left as it is, to be looked at? Answered with a {@link KeepAnswer}; a machine
 * that is left is not leased again.
 */
export interface KeepRequest {
  readonly id: string;
  readonly cell: string;
}

export interface KeepAnswer {
  readonly kept: boolean;
}

/** `POST /pause`: a cell waits where it was asked to. Answered, once a person has looked, with a {@link PauseAnswer}. */
export type PauseRequest = Paused;

export interface PauseAnswer {
  readonly afterwards: AfterPause;
}

/**
 * `POST /pulse`: a cell is running, and the thread that runs it will say so again. `POST /rest`, with the same: it is not running any more.
 */
export interface PulseRequest {
  readonly lane: string;
  readonly cell: string;
  /** Id of the cell's machine. */
  readonly machine: string;
  /** How long the thread may be silent, in milliseconds. */
  readonly withinMs: number;
  /** The thread as the kernel numbers it; 0 where the kernel does not say. */
  readonly thread: number;
}

/** `POST /event`: a {@link ProgressEvent}. */
export type DeskEvent = ProgressEvent;

/** What a worker is told at its start, through Vitest's `provide`. */
export interface WorkerTask {
  readonly desk: string;
  /** The project's folder; paths of scenario files are relative to it. */
  readonly root: string;
  /** The cells to run, those of one lane; a worker runs those of its file. */
  readonly cells: readonly PlannedCell[];
  readonly lane: string;
  /** Milliseconds since the epoch. */
  readonly runStartedAt: number;
  /** Folder of the run's reports. */
  readonly folder: string;
  /** Folder for sockets. */
  readonly scratch: string;
  readonly ociRuntime: string | undefined;
  /** A cell that takes longer is given up; multiplied by the slowness of its machine. */
  readonly cellDeadlineMs: number;
  /** The thread of a cell that holds it for longer is ended; multiplied likewise. */
  readonly threadDeadlineMs: number;
  readonly pause?: PausePoint;
}

/** The answer when there is no machine. */
export type LeaseRefusal = FailureRecord;

declare module 'vitest' {
  interface ProvidedContext {
    readonly plumbline: WorkerTask;
  }
}
