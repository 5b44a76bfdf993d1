import type {MachineReference} from '../../vms/machine.ts';

/** Where a cell is to be stopped, for a person to look around. */
export interface PausePoint {
  /** Name of the cell. */
  readonly cell: string;
  /** Before this step begins; when the cell fails, where there is none. */
  readonly step?: {readonly title: string; /** 1 for the first step with this title. */ readonly occurrence: number};
}

/** A cell that waits. */
export interface Paused {
  readonly machine: MachineReference;
  /** Such as `before "run the container"`. */
  readonly where: string;
}

/** What becomes of a cell that waits: it goes on, or is left as it is, with its machine. */
export type AfterPause = 'go on' | 'leave';
