import {spawn} from 'node:child_process';
import {cpus} from 'node:os';
import {parseArgs} from 'node:util';
import {TestPlace} from '../cli/test-place.ts';

/*
 * Runs all scenarios over and over on a host whose processors are kept busy: "npm run trust:repeat -- --runs 200". Every run must be
 * green, with nothing left on the host. The exit code is 1 when one was not.
 */

const {values: flags, positionals} = parseArgs({
  allowPositionals: true,
  options: {
    runs: {type: 'string', default: '200'},
    machine: {type: 'string', default: 'sandbox'},
    runtime: {type: 'string', default: 'bookworm'},
    /** Processes that do nothing but compute meanwhile. */
    busy: {type: 'string', default: String(cpus().length)},
  },
});

const burners = Array.from({length: Number(flags.busy)}, () =>
  spawn(process.execPath, ['--eval', 'for (;;) {}'], {stdio: 'ignore'}),
);
const runs = Number(flags.runs);
const seconds: number[] = [];
let red = 0;
let left = 0;
try {
  for (let index = 1; index <= runs; index += 1) {
    await using place = await TestPlace.make();
    const begin = performance.now();
    const {exitCode, stdout} = await place.startRunIn(flags.machine, ['--runtime', flags.runtime, ...positionals]);
    seconds.push((performance.now() - begin) / 1000);
    const leftovers = await place.leftovers();
    if (exitCode !== 0) {
      red += 1;
      process.stdout.write(`run ${index} ended with exit code ${exitCode}\n${stdout}\n`);
    }
    if (leftovers.length > 0) {
      left += 1;
      process.stdout.write(`run ${index} left ${leftovers.join(', ')}\n`);
    }
  }
} finally {
  for (const burner of burners) {
    burner.kill('SIGKILL');
  }
}
seconds.sort((one, other) => one - other);
process.stdout.write(
  `${runs} runs in "${flags.machine}" on ${flags.runtime}, ${flags.busy} processes computing beside them: ${red} red, ${left} left ` +
    `something behind; ${seconds[Math.floor(seconds.length / 2)]?.toFixed(1)} s a run (median)\n`,
);
process.exitCode = red + left === 0 ? 0 : 1;
