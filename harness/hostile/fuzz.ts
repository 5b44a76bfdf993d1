import {Session} from 'node:inspector/promises';
import {Command} from 'commander';
import {parseCount} from '../cli/selection.ts';
import {edited, HOSTILE_TEXTS, HOSTILE_VALUES, withOtherValue, type Edit} from './edit.ts';
import {fileTargets} from './file-targets.ts';
import {outputTargets} from './output-targets.ts';
import type {Target} from './target.ts';
import {misbehaviour} from './verdict.ts';

/*
 * Coverage-guided fuzzing of everything that reads what others wrote: an input that reaches code which none before it has reached is
 * kept, and edited further. "npm run fuzz -- --seconds 60" gives each reader so much time and prints a line for it; the exit code is
 * 1 when one misbehaved.
 */

const program = new Command('fuzz')
  .option('--seconds <n>', 'time for each reader', parseCount, 10)
  .option('--grep <text>', 'only readers whose name contains this', '')
  .parse();
const flags = program.opts<{readonly seconds: number; readonly grep: string}>();
const targets = [...fileTargets, ...outputTargets].filter(({name}) => name.includes(flags.grep));
if (targets.length === 0)
  program.error(`Cannot fuzz anything: no reader's name contains "${flags.grep}"`, {exitCode: 2});

/** What fuzzing a reader came to. */
interface Outcome {
  readonly inputs: number;
  /** Blocks of the project's code that were reached, in the sense of V8's block coverage. */
  readonly blocks: number;
  readonly kept: number;
  readonly misbehaved: {readonly input: string; readonly what: string} | undefined;
}

const fuzz = async (target: Target, seconds: number, session: Session): Promise<Outcome> => {
  const corpus = [...(await target.seeds())];
  const seen = new Set<string>();
  await reachedBlocks(session);
  const end = performance.now() + seconds * 1000;
  let inputs = 0;
  while (performance.now() < end) {
    const seed = corpus[Math.floor(Math.random() * corpus.length)] ?? '';
    // The corpus goes first as it is.
    const input = inputs < corpus.length ? (corpus[inputs] ?? '') : randomlyEdited(seed);
    const what = await misbehaviour(target, input);
    inputs += 1;
    const before = seen.size;
    for (const block of await reachedBlocks(session)) {
      seen.add(block);
    }
    if (what !== undefined) {
      return {inputs, blocks: seen.size, kept: corpus.length, misbehaved: {input, what}};
    }
    if (seen.size > before && inputs > corpus.length) {
      corpus.push(input);
    }
  }
  return {inputs, blocks: seen.size, kept: corpus.length, misbehaved: undefined};
};

/** The blocks of the project that ran since the last call: https://chromedevtools.github.io/devtools-protocol/v8/Profiler/ */
const reachedBlocks = async (session: Session): Promise<string[]> => {
  const {result} = await session.post('Profiler.takePreciseCoverage');
  return result
    .filter(({url}) => url.startsWith(PROJECT) && !url.includes('/node_modules/'))
    .flatMap(({scriptId, functions}) =>
      functions.flatMap(({ranges}) =>
        ranges.flatMap(({count, startOffset, endOffset}) =>
          count > 0 ? [`${scriptId}:${startOffset}-${endOffset}`] : [],
        ),
      ),
    );
};

const PROJECT = new URL('../..', import.meta.url).href;

const randomlyEdited = (seed: string): string =>
  Math.random() < 0.5 ? withOtherValue(seed, Math.random(), oneOf(HOSTILE_VALUES)) : edited(seed, randomEdits());

const oneOf = <Value>(values: readonly Value[]): Value | undefined => values[Math.floor(Math.random() * values.length)];

const randomEdits = (): Edit[] =>
  Array.from({length: 1 + Math.floor(Math.random() * 4)}, () => ({
    at: Math.random(),
    removed: Math.floor(Math.random() ** 4 * 2000),
    inserted: Math.random() < 0.2 ? '' : (oneOf(HOSTILE_TEXTS) ?? ''),
  }));

const session = new Session();
session.connect();
await session.post('Profiler.enable');
await session.post('Profiler.startPreciseCoverage', {callCount: true, detailed: true});
for (const target of targets) {
  const {inputs, blocks, kept, misbehaved} = await fuzz(target, flags.seconds, session);
  process.stdout.write(`${target.name}: ${inputs} inputs, ${blocks} blocks reached, ${kept} inputs kept\n`);
  if (misbehaved !== undefined) {
    process.exitCode = 1;
    process.stdout.write(
      `  ${misbehaved.what.slice(0, 2000)}\n  with ${JSON.stringify(misbehaved.input).slice(0, 4000)}\n`,
    );
  }
}
session.disconnect();
