import type {Machine} from '../../vms/machine.ts';
import {refuseDead} from '../levels/dead-workload.ts';
import type {LevelName, RunningWorkload} from '../levels/level.ts';
import {startAgainArgv, stopArgv} from '../levels/stop-commands.ts';
import type {FactFamily, FactValue, Measurement, Observation} from './fact.ts';
import {withoutNames} from './normaliser.ts';
import {shownOutput} from './shown-output.ts';

/** What {@link observeEnding} reports. */
export const endingFamilies: readonly FactFamily[] = [
  {
    path: 'lifecycle.state',
    meaning: 'states that the runtime gives it one after the other: as it runs, once it was stopped, and started again',
    source: '`docker inspect`, `ctr tasks list`, `runc state`',
  },
  {
    path: 'lifecycle.stop.command',
    meaning: 'exit code of the command that stops it',
    source: '`docker stop`, `ctr tasks kill`, `runc kill`',
  },
  {
    path: 'lifecycle.stop.output',
    meaning: 'lines that this command writes, with their stream',
    source: 'the same',
  },
  {
    path: 'lifecycle.stop.exitCode',
    meaning: "the workload's exit code then, 128 + N after signal N, or `none` when it has not ended",
    source: '`docker inspect`, and what `ctr run` and `runc run` end with',
  },
  {
    path: 'lifecycle.logs',
    meaning: 'whether anything of what it wrote came out: `delivered` or `empty`',
    source: 'the log at each level, once the workload has ended',
  },
  {
    path: 'lifecycle.logs.runtime',
    meaning:
      "what the runtime itself wrote between the workload's lines, a client that stays in the foreground included",
    source: 'the same, lines in the format of logrus',
  },
  {
    path: 'lifecycle.startAgain',
    meaning: 'exit code of the command that starts it again; where the level keeps what has ended',
    source: '`docker start`',
  },
  {path: 'time.stop', meaning: 'from the command that stops it to its end', source: 'the same'},
  {path: 'time.startAgain', meaning: 'what that takes', source: '`docker start`'},
];

/** What the end of a workload is watched with. */
export interface EndingContext {
  readonly machine: Machine;
  readonly level: LevelName;
  /** The OCI runtime that is called at the runc level. */
  readonly ociRuntime: string | undefined;
  readonly running: Pick<RunningWorkload, 'name' | 'pid' | 'state' | 'logs' | 'waitForExit'>;
  readonly signal: AbortSignal;
}

/** docker kills what has not ended ten seconds after it was told to stop. */
const END_DEADLINE_MS = 15_000;

/**
 * Has a running workload stopped by its runtime, and started again where that can be. Must be the last that is done with it. Throws what the
 * runtime says when it does not answer, and the failure of a workload that has ended before; one that does not end is a fact.
 */
export const observeEnding = async (context: EndingContext): Promise<Observation> => {
  const {machine, level, ociRuntime, running} = context;
  const state = await running.state();
  // What ended by itself would pass for stopped, and docker would start it again.
  await refuseDead(context, `watch the end of "${running.name}"`, `its runtime calls it "${state}"`);
  const states: string[] = [state];
  const facts: Record<string, FactValue> = {};
  const measurements: Record<string, Measurement> = {};
  const startedAt = performance.now();
  const stop = await machine.exec(stopArgv(level, running.name, ociRuntime));
  const exitCode = await endOf(context);
  measurements['time.stop'] = {value: performance.now() - startedAt, unit: 'ms'};
  facts['lifecycle.stop.command'] = stop.exitCode ?? null;
  facts['lifecycle.stop.output'] = shownOutput(stop);
  facts['lifecycle.stop.exitCode'] = exitCode ?? 'none';
  states.push(await running.state());
  const log = await running.logs();
  facts['lifecycle.logs'] = log.trim() === '' ? 'empty' : 'delivered';
  facts['lifecycle.logs.runtime'] = runtimeLines(log);
  const again = startAgainArgv(level, running.name);
  if (again !== undefined && exitCode !== undefined) {
    const {exitCode: code, durationMs} = await machine.exec(again);
    facts['lifecycle.startAgain'] = code ?? null;
    measurements['time.startAgain'] = {value: durationMs, unit: 'ms'};
    states.push(await running.state());
  }
  return {facts: {...facts, 'lifecycle.state': states}, measurements};
};

/** runc and containerd's clients write where the workload does: https://github.com/sirupsen/logrus/blob/master/text_formatter.go */
const runtimeLines = (log: string): string[] =>
  [...log.matchAll(/^time="[^"]*" level=(\w+) msg=(.+?)\r?$/gm)]
    .map(([, level, said = '']) => withoutNames(`${level}: ${said}`))
    .toSorted();

/** The exit code; `undefined` when the workload does not end in time. */
const endOf = async ({machine, running, signal}: EndingContext): Promise<number | undefined> => {
  const deadline = AbortSignal.timeout(END_DEADLINE_MS * machine.traits.slowness);
  try {
    return await running.waitForExit(AbortSignal.any([signal, deadline]));
  } catch (error) {
    if (deadline.aborted && !signal.aborted) {
      return undefined;
    }
    throw error;
  }
};
