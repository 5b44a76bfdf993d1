import type {CellRecord, MachineRecord, RunRecord, StepRecord} from './run-record.ts';

/** One cell as it is announced before anything runs. */
export type PlannedCell = Pick<
  CellRecord,
  'name' | 'scenario' | 'file' | 'level' | 'network' | 'runtimeSet' | 'repetition'
>;

/**
 * What happens during a run, in order, as plain data. The terminal, and whatever else wants to follow, are consumers of it.
 * `scope` names what a step belongs to: `run`, a machine's id or a cell's name.
 */
export type ProgressEvent =
  | {
      readonly type: 'planned';
      readonly runId: string;
      readonly cells: readonly PlannedCell[];
      readonly notes: readonly string[];
      /** Name of the provider that makes the machines. */
      readonly provider?: string;
      /** The run's folder, in which paths of evidence are shown. */
      readonly folder?: string;
    }
  | {readonly type: 'step-started'; readonly scope: string; readonly title: string}
  | {readonly type: 'step-ended'; readonly scope: string; readonly step: StepRecord}
  | {readonly type: 'machine-ready'; readonly machine: MachineRecord}
  /** The cell has its machine. One that never gets a machine only ends. */
  | {readonly type: 'cell-started'; readonly cell: string}
  | {readonly type: 'cell-ended'; readonly cell: CellRecord}
  /** A sentence worth a line: a fallback that was taken, a cache entry that was rebuilt. */
  | {readonly type: 'note'; readonly sentence: string}
  | {readonly type: 'finished'; readonly run: RunRecord; readonly folder: string};

/** Takes the events of a run. */
export type ProgressListener = (event: ProgressEvent) => void;
