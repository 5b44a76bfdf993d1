import {cpus} from 'node:os';
import type {Command} from 'commander';
import type {BakeEvent} from '../../vms/image/bake-report.ts';
import {loadRuntimeSet} from '../../vms/runtimes/runtime-set.ts';
import {measurementHead, measurementRow} from '../measure/measurement-table.ts';
import {measure, type Measurement} from '../measure/measurement.ts';
import {Interruption} from '../run/interruption.ts';
import {chooseProvider} from './provider-choice.ts';

interface MeasureFlags {
  readonly machine: string;
  readonly runtime: string;
  readonly json?: boolean;
}

const MACHINES = 3;
const COMMANDS = 10;

/** `plumbline measure`: what machines of each provider cost on this host. */
export const addMeasureCommand = (program: Command): void => {
  program
    .command('measure')
    .description('measure how long machines of each provider take to start, restore, answer and go, and their memory')
    .option('--machine <names>', 'the providers, separated by commas', 'sandbox')
    .option('--runtime <name>', 'the runtime set of the machines', 'bookworm')
    .option('--json', 'print one JSON document')
    .action(async ({machine, runtime, json}: MeasureFlags) => {
      const chosen = [];
      const runtimeSet = await loadRuntimeSet(runtime);
      for (const name of machine.split(',')) chosen.push((await chooseProvider(name)).provider);
      using interruption = new Interruption();
      const measurements: Measurement[] = [];
      if (!json) process.stdout.write(`${hostLine()}\n\n${measurementHead().join('\n')}\n`);
      const report = (event: BakeEvent): void => {
        if (event.type === 'step-started') process.stderr.write(`${event.title}\n`);
      };
      const measuring = measure(
        chosen,
        {runtimeSet, machines: MACHINES, commands: COMMANDS, context: {report, signal: interruption.signal}},
        (measurement) => {
          measurements.push(measurement);
          if (!json) process.stdout.write(`${measurementRow(measurement)}\n`);
        },
      );
      await interruption.orInterrupted(measuring);
      if (json) process.stdout.write(`${JSON.stringify(measurements, undefined, 2)}\n`);
      process.exitCode = interruption.exitCode ?? 0;
    });
};

const hostLine = (): string =>
  `${cpus().length} processors (${cpus()[0]?.model ?? 'unknown'}); median of ${MACHINES} machines, ${COMMANDS} commands in each.`;
