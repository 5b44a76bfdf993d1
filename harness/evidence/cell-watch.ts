import type {Machine, RunningCommand} from '../../vms/machine.ts';
import {samplePressure, type PressureSample} from './pressure.ts';
import {recordCommands, type RecordedCommand} from './recorded-machine.ts';

/** What is noted of a cell while it goes, in case it fails: it costs a few file reads and an entry for each command. */
export interface CellWatch {
  /** The machine to run the cell on, which notes what is run in it. */
  readonly machine: Machine;
  readonly commands: readonly RecordedCommand[];
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly pressure: PressureSample;
  /** Lets go of what the cell still runs in the machine: clients of workloads have sessions of their own there, and live on. */
  readonly letGo: () => void;
}

/** Begins to watch a cell on a machine; `tell` is told of each command that has ended. */
export const watchCell = async (machine: Machine, tell?: (command: RecordedCommand) => unknown): Promise<CellWatch> => {
  const commands: RecordedCommand[] = [];
  const open = new Set<RunningCommand>();
  return {
    machine: recordCommands(machine, commands, open, tell),
    commands,
    startedAt: performance.timeOrigin + performance.now(),
    pressure: await samplePressure(),
    letGo: () => {
      for (const command of open) {
        command.kill();
      }
    },
  };
};
