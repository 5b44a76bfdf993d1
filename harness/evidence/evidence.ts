import {mkdir} from 'node:fs/promises';
import {PlumblineError} from '../../vms/errors.ts';
import type {Machine} from '../../vms/machine.ts';
import type {LevelContext, RunningWorkload} from '../levels/level.ts';
import type {PlannedCell} from '../report/progress.ts';
import {flattened} from '../report/failure.ts';
import type {ReachRecord, StepRecord} from '../report/run-record.ts';
import {askAgain} from './ask-again.ts';
import {calibrate, isStarved, type Calibration} from './calibration.ts';
import {captureDuring, type Capture} from './capture.ts';
import {findCause, isTimeout, starvation, withCause} from './causes/find-cause.ts';
import type {Cause} from './causes/cause.ts';
import type {CellWatch} from './cell-watch.ts';
import {execOrGiveUp} from './exec-or-give-up.ts';
import {hitBetween, parseCountedRules} from './firewall-counters.ts';
import {readMachineState, type MachineState} from './machine-state.ts';
import {writeBundle} from './bundle.ts';

/** A cell that has just failed, with nothing removed yet. */
export interface FailedCell extends Pick<LevelContext, 'workload' | 'network'> {
  readonly error: unknown;
  readonly cell: PlannedCell;
  readonly watch: CellWatch;
  /** What runs, as long as it was started. */
  readonly running: RunningWorkload | undefined;
  readonly reach: readonly ReachRecord[];
  readonly steps: readonly StepRecord[];
  /** Milliseconds since the epoch. */
  readonly runStartedAt: number;
  /** Versions found in the machine, by component, and what else identifies what was run. */
  readonly manifest: Readonly<Record<string, unknown>>;
  /** Folder for the files. */
  readonly folder: string;
}

/** What was found out about a failure. */
export interface Evidence {
  /** The error with its cause in the sentence, or the same one. */
  readonly error: unknown;
  /** Absolute paths, the one to begin with first. */
  readonly files: readonly string[];
}

/** What was looked at. */
export interface Findings {
  readonly state: MachineState | undefined;
  readonly capture: Capture | undefined;
  readonly calibration: Calibration | undefined;
  readonly cause: Cause | undefined;
  /** How long each part of the looking took, in milliseconds. */
  readonly tookMs: Readonly<Record<string, number>>;
  /** What could not be looked at, as sentences. */
  readonly problems: readonly string[];
}

/** Looks at the machine of a failed cell, finds the cause where it can, and keeps it all. Never throws: the failure itself is what matters. */
export const gatherEvidence = async (failed: FailedCell): Promise<Evidence> => {
  let {error} = failed;
  try {
    const findings = await lookAround(failed);
    error = explained(error, findings.cause);
    await mkdir(failed.folder, {recursive: true});
    return {error, files: await writeBundle(failed, error, findings)};
  } catch {
    return {error, files: []};
  }
};

const lookAround = async (failed: FailedCell): Promise<Findings> => {
  const {watch, running, reach, workload, cell} = failed;
  const {machine} = watch;
  const message = messageOf(failed.error);
  if (await isMachineGone(machine, failed.error)) {
    return {
      state: undefined,
      capture: undefined,
      calibration: undefined,
      cause: undefined,
      tookMs: {},
      problems: ['the machine does not answer'],
    };
  }
  const problems: string[] = [];
  const tookMs: Record<string, number> = {};
  const timed = async <Result>(part: string, looked: Promise<Result>): Promise<Result | undefined> => {
    const begin = performance.now();
    try {
      return await looked;
    } catch (error) {
      problems.push(`no ${part}: ${error instanceof Error ? error.message : String(error)}`);
      return undefined;
    } finally {
      tookMs[part] = performance.now() - begin;
    }
  };
  const calibration = isTimeout(message) ? await timed('calibration', calibrate(machine, watch.pressure)) : undefined;
  const starved = calibration !== undefined && isStarved(calibration);
  const capture =
    running !== undefined && reach.some(({held}) => !held)
      ? await timed(
          'packets',
          captureDuring(machine, () => askAgain({...failed, machine, running}, reach)),
        )
      : undefined;
  const state = await timed('state', readMachineState(machine, running?.pid ?? 0, starved ? STARVED_STATE_S : STATE_S));
  const hits =
    capture === undefined || state === undefined
      ? []
      : hitBetween(parseCountedRules(capture.iptablesBefore), state.iptables);
  // What is wrong for certain goes before what could have made anything late.
  const cause =
    (state && findCause({message, state, workload, cell, running, reach, hits, isStarved: starved})) ??
    (calibration && starvation(calibration));
  return {state, capture, calibration, cause, tookMs, problems};
};

/** Seconds for what could hang when a machine's state is read, on a machine of slowness 1. */
const STATE_S = 3;
/** On a machine that hardly gets a processor little will come of it, and nothing more of a longer time. */
const STARVED_STATE_S = 1;

/** What a machine refused may be for other reasons, as a probe that it could not send: only one that runs nothing any more is gone. */
const isMachineGone = async (machine: Machine, error: unknown): Promise<boolean> => {
  if (!(error instanceof PlumblineError) || error.failureClass !== 'guest') {
    return false;
  }
  const timeoutMs = STATE_S * 1000 * machine.traits.slowness;
  const result = await execOrGiveUp(machine, ['true'], {timeoutMs}).catch(() => undefined);
  return result?.exitCode !== 0;
};

const messageOf = (error: unknown): string => {
  const [first] = flattened(error);
  return first instanceof Error ? first.message : String(first);
};

/** Errors of a scenario's own `expect` say what they mean: only what the tool itself has noticed is explained. */
const explained = (error: unknown, cause: Cause | undefined): unknown => {
  const [first, ...others] = flattened(error);
  if (cause === undefined || !(first instanceof PlumblineError)) {
    return error;
  }
  const better = withCause(first, cause);
  return others.length === 0 ? better : new AggregateError([better, ...others], better.message);
};
