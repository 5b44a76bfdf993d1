import {fileURLToPath} from 'node:url';
import type {Scenario, ScenarioStatement, WalkthroughStatement} from './definition.ts';
import {readStatement, readWalkthrough} from './read-statement.ts';

/** Where a scenario is stated. */
export interface Place {
  /** Absolute path. */
  readonly file: string;
  readonly line: number;
}

/** Takes the scenarios of a file, in order, as the file is imported. */
export interface ScenarioSink {
  readonly add: (scenario: Scenario, problems: readonly string[], place: Place) => void;
}

/**
 * States what should be true of a workload at the levels that `reach` names: it is started there, every entry of the truth table
 * is checked, `check` says more, and after its removal the machine must hold what it held before.
 */
export const scenario = (title: string, statement: ScenarioStatement): void => {
  const {scenario: read, problems} = readStatement(title, statement);
  currentSink().add(read, problems, callerPlace());
};

/** States a sequence of steps that is run as it stands, at one level. */
export const walkthrough = (title: string, statement: WalkthroughStatement): void => {
  const {scenario: read, problems} = readWalkthrough(title, statement);
  currentSink().add(read, problems, callerPlace());
};

/** Sends the scenarios of the files that are imported from now on to `sink`. */
export const collectInto = (sink: ScenarioSink): void => {
  (globalThis as Holder)[SINK] = sink;
};

// Of the whole process, not of this module: a file that is imported twice must still find the one who asked for it.
const SINK = Symbol.for('plumbline.scenario-sink');
type Holder = {[SINK]?: ScenarioSink};

const currentSink = (): ScenarioSink => {
  const sink = (globalThis as Holder)[SINK];
  if (sink === undefined) {
    throw new Error('A scenario file does nothing by itself: run it with "npm run scenarios -- FILE"');
  }
  return sink;
};

/** Where in a scenario file the present call stands, from the stack, which has URLs: a file names itself nowhere. */
const callerPlace = (): Place => {
  const [, url, line = '0'] =
    /(file:\/\/\/[^\n]*\.scenario\.[cm]?[jt]s)(?:\?[^:\n]*)?:(\d+):\d+/.exec(new Error('place').stack ?? '') ?? [];
  return {file: url === undefined ? '' : fileURLToPath(url), line: Number(line)};
};
