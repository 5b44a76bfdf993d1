/** How to tell what a run made on this host from what everybody else does there meanwhile. */
export interface RunMarks {
  /** Every process that the run starts has `PLUMBLINE_RUN` with this value in its environment. */
  readonly runId: string;
  /** The process of the tool that does the run: what it and its descendants listen on is the run's too. */
  readonly tool?: number;
  /** Parts of names that only this run gives: its id, the ids of its machines. */
  readonly names: readonly string[];
  /** Folders that the run makes and has to remove, such as those of its machines. */
  readonly folders: readonly string[];
}
