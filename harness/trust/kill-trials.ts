import {setTimeout} from 'node:timers/promises';
import {Command} from 'commander';
import {parseCount} from '../cli/selection.ts';
import {TestPlace} from '../cli/test-place.ts';

/*
 * Kills the tool at random moments and looks at what is left once "plumbline sweep" has run: "npm run trust:kill -- --tries 200". A
 * run that is alive goes on beside every trial and must come to its end unharmed. The exit code is 1 when anything was left, or the
 * neighbour was disturbed.
 */

const flags = new Command('trust:kill')
  .option('--tries <n>', 'how often the tool is killed', parseCount, 200)
  .option('--machine <provider>', 'what makes the machines', 'sandbox')
  .option('--seconds <n>', 'moments are drawn evenly from the first so many seconds of a run', parseCount, 10)
  .parse()
  .opts<{readonly tries: number; readonly machine: string; readonly seconds: number}>();

const SCENARIO = ['scenarios/nginx.scenario.ts'];

/** What came of one trial. */
interface Trial {
  /** When the tool was killed, in milliseconds after its start. */
  readonly momentMs: number;
  /** It had come to its end before. */
  readonly wasOver: boolean;
  readonly sweepExitCode: number | undefined;
  readonly left: readonly string[];
}

const trial = async (momentMs: number): Promise<Trial> => {
  await using place = await TestPlace.make();
  const tool = place.startRunIn(flags.machine, SCENARIO);
  const wasOver = await Promise.race([setTimeout(momentMs, false), tool.then(() => true)]);
  tool.kill('SIGKILL');
  await tool;
  const {exitCode} = await place.start(['sweep']);
  return {momentMs, wasOver, sweepExitCode: exitCode, left: await place.leftovers()};
};

/** Runs that nobody kills, one after another, until told to stop; returns their exit codes. */
const neighbour = async (stop: AbortSignal): Promise<(number | undefined)[]> => {
  const codes: (number | undefined)[] = [];
  while (!stop.aborted) {
    await using place = await TestPlace.make();
    const {exitCode} = await place.startRunIn(flags.machine, SCENARIO);
    codes.push(exitCode);
  }
  return codes;
};

const stop = new AbortController();
const alive = neighbour(stop.signal);
const bad: Trial[] = [];
let over = 0;
for (let index = 0; index < flags.tries; index += 1) {
  const done = await trial(Math.random() * flags.seconds * 1000);
  over += done.wasOver ? 1 : 0;
  const isBad = done.left.length > 0 || done.sweepExitCode !== 0;
  if (isBad) bad.push(done);
  const came = isBad ? JSON.stringify(done) : 'nothing left';
  process.stdout.write(`trial ${index + 1}, killed after ${Math.round(done.momentMs)} ms: ${came}\n`);
}
stop.abort();
const codes = await alive;
const disturbed = codes.filter((code) => code !== 0);
process.stdout.write(
  `${flags.tries} trials in "${flags.machine}", ${over} of them over before the kill: ${bad.length} left something behind; ` +
    `${codes.length} runs beside them, ${disturbed.length} disturbed\n`,
);
process.exitCode = bad.length + disturbed.length === 0 ? 0 : 1;
