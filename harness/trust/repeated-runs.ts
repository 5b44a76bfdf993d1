import {spawn} from 'node:child_process';
import {rm} from 'node:fs/promises';
import {cpus} from 'node:os';
import {join} from 'node:path';
import {parseArgs} from 'node:util';
import {HOUR_MS, TestPlace} from '../cli/test-place.ts';

/*
 * Runs all scenarios over and over on a host whose processors are kept busy: "npm run trust:repeat -- --runs 200". Every run must be
 * green, with nothing left on the host, and show no difference to the first one. The exit code is 1 when one was not.
 */

const {values: flags, positionals} = parseArgs({
  allowPositionals: true,
  options: {
    runs: {type: 'string', default: '200'},
    /** No run is started after so many minutes. */
    minutes: {type: 'string', default: 'Infinity'},
    machine: {type: 'string', default: 'sandbox'},
    runtime: {type: 'string', default: 'bookworm'},
    /** Processes that do nothing but compute meanwhile. */
    busy: {type: 'string', default: String(cpus().length)},
  },
});

const burners = Array.from({length: Number(flags.busy)}, () =>
  spawn(process.execPath, ['--eval', 'for (;;) {}'], {stdio: 'ignore'}),
);
const seconds: number[] = [];
const bad = {red: 0, left: 0, different: 0};
const tell = (what: keyof typeof bad, sentence: string): void => {
  bad[what] += 1;
  process.stdout.write(`run ${seconds.length} ${sentence}\n`);
};
const isOver = (): boolean => performance.now() > Number(flags.minutes) * 60_000;
try {
  await using place = await TestPlace.make();
  const reports = join(place.folder, 'reports');
  let first: string | undefined;
  while (seconds.length < Number(flags.runs) && !isOver()) {
    const begin = performance.now();
    const argv = ['--runtime', flags.runtime, ...positionals];
    const {exitCode, stdout} = await place.startRunIn(flags.machine, argv, HOUR_MS);
    seconds.push((performance.now() - begin) / 1000);
    process.stdout.write(`run ${seconds.length}: ${seconds.at(-1)?.toFixed(1)} s, exit code ${exitCode}\n`);
    if (exitCode !== 0) tell('red', `ended with exit code ${exitCode}\n${stdout}`);
    const leftovers = await place.leftovers();
    if (leftovers.length > 0) tell('left', `left ${leftovers.join(', ')}`);
    const latest = (await place.records()).at(-1)?.id;
    if (latest === undefined) continue;
    if (first === undefined) {
      first = latest;
      continue;
    }
    const compared = await place.start(['compare', join(reports, first), join(reports, latest)]);
    if (compared.exitCode !== 0) tell('different', `differs from the first\n${compared.stdout}${compared.stderr}`);
    await rm(join(reports, latest), {recursive: true});
  }
} finally {
  for (const burner of burners) {
    burner.kill('SIGKILL');
  }
}
const median = seconds.toSorted((one, other) => one - other)[Math.floor(seconds.length / 2)];
process.stdout.write(
  `${seconds.length} runs in "${flags.machine}" on ${flags.runtime}, ${flags.busy} processes computing beside them: ${bad.red} red, ` +
    `${bad.left} left something behind, ${bad.different} differed from the first; ${median?.toFixed(1)} s a run (median)\n`,
);
process.exitCode = bad.red + bad.left + bad.different === 0 ? 0 : 1;
