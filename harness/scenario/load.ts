import {UsageError} from '../../vms/errors.ts';
import {fileNameOf} from '../report/file-name.ts';
import type {Scenario} from './definition.ts';
import {importGuarded} from './guarded-import.ts';
import {scenarioFile} from './scenario-file.ts';
import {collectInto} from './scenario.ts';

/** A scenario with the place it stands in. */
export interface LoadedScenario extends Scenario {
  /** Path of its file, as {@link scenarioFile} has it. */
  readonly file: string;
}

/** A file states scenarios, which takes no time; what waits for something does more than that. */
const IMPORT_DEADLINE_MS = 10_000;

/**
 * Imports scenario files, without running anything in them. Throws {@link UsageError} with one sentence per problem: a file that
 * can't be read or parsed, a statement that makes no sense, a title that two scenarios have: a scenario is known by it to those who compare runs.
 */
export const loadScenarios = async (files: readonly string[], root: string): Promise<LoadedScenario[]> => {
  const loaded: LoadedScenario[] = [];
  const problems: string[] = [];
  const places = new Map<string, {readonly title: string; readonly place: string}>();
  for (const path of files) {
    const file = scenarioFile(root, path);
    const [loadedBefore, problemsBefore] = [loaded.length, problems.length];
    collectInto({
      add: (scenario, found, {file: statedIn, line}) => {
        const place = `"${file}:${line}"`;
        const refuse = (problem: string): void =>
          void problems.push(`Cannot use the scenario "${scenario.title}" in ${place}: ${problem}`);
        if (statedIn !== path) {
          // A run looks in each file for what is stated there.
          problems.push(
            `Cannot use the scenario "${scenario.title}" of "${file}": a module that the file imports states it, and it has to do so itself`,
          );
        } else if (found.length > 0) {
          for (const problem of found) refuse(`it ${problem}`);
        } else {
          const key = fileNameOf(scenario.title);
          const other = places.get(key);
          if (other?.title === scenario.title) refuse(`${other.place} has the same title`);
          else if (other) refuse(`${other.place} has the title "${other.title}", which files can not be told by`);
          places.set(key, {title: scenario.title, place});
        }
        loaded.push({...scenario, file});
      },
    });
    try {
      await importGuarded(path, IMPORT_DEADLINE_MS);
    } catch (error) {
      problems.push(`Cannot read the scenario file "${file}": ${importProblem(error)}`);
    }
    if (loaded.length === loadedBefore && problems.length === problemsBefore) {
      problems.push(`Cannot use the scenario file "${file}": it states no scenario`);
    }
  }
  if (problems.length > 0) {
    throw new UsageError(problems.join('\n'));
  }
  return loaded;
};

/** What an import failed with, with the line, and without the stack of whoever imported. */
const importProblem = (error: unknown): string => {
  if (!(error instanceof Error)) {
    return String(error);
  }
  const line = /\.scenario\.[cm]?[jt]s(?:\?[^:\n]*)?:(\d+)/.exec(error.stack ?? '')?.[1];
  // Above the sentence itself the parser draws the line and points at the place.
  const message = error.message.split('\n').find((text) => /[a-z]/i.test(text)) ?? 'unknown';
  const sentence = message.trim().replace(/\.$/, '');
  return line === undefined ? sentence : `line ${line}, ${sentence}`;
};
