/** Something that reads what others wrote, and may be handed anything. */
export interface Target {
  /** What is read, as in `run.json`. */
  readonly name: string;
  /** Good input, which is made bad. */
  readonly seeds: () => Promise<readonly string[]>;
  /** Reads it as the tool does. */
  readonly read: (input: string) => unknown;
}
