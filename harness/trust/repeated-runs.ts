import {spawn} from 'node:child_process';
import {cp, rm} from 'node:fs/promises';
import {cpus} from 'node:os';
import {join} from 'node:path';
import {Command} from 'commander';
import {tiedArgv} from '../../vms/processes.ts';
import {parseCount, projectReports} from '../cli/selection.ts';
import {HOUR_MS, TestPlace} from '../cli/test-place.ts';

/*
 * Runs all scenarios over and over on a host whose processors are kept busy: "npm run trust:repeat -- --runs 200". Every run must be
 * green, with nothing left on the host, and show no difference to the first one. The exit code is 1 when one was not.
 */

interface Flags {
  readonly runs: number;
  readonly minutes: number;
  readonly machine: string;
  readonly runtime: string;
  readonly busy: number;
}

const orNone = (text: string): number => (text === '0' ? 0 : parseCount(text));

const program = new Command('trust:repeat')
  .argument('[files...]', 'scenario files, and after "--" more flags of "plumbline run"')
  .option('--runs <n>', 'how many runs', parseCount, 200)
  .option('--minutes <n>', 'start no run after so many minutes', parseCount, Infinity)
  .option('--machine <provider>', 'what makes the machines', 'sandbox')
  .option('--runtime <name>', 'runtime set', 'bookworm')
  .option('--busy <n>', 'processes that do nothing but compute meanwhile', orNone, cpus().length)
  .parse();
const flags = program.opts<Flags>();

const [burner = '', ...burnerArgv] = tiedArgv([process.execPath, '--eval', 'for (;;) {}']);
const burners = Array.from({length: flags.busy}, () => spawn(burner, burnerArgv, {stdio: 'ignore'}));
const seconds: number[] = [];
const bad = {red: 0, left: 0, different: 0};
const tell = (what: keyof typeof bad, sentence: string): void => {
  bad[what] += 1;
  process.stdout.write(`run ${seconds.length} ${sentence}\n`);
};
const badOnes = (): number => bad.red + bad.left + bad.different;
const isOver = (): boolean => performance.now() > flags.minutes * 60_000;
try {
  await using place = await TestPlace.make();
  const reports = join(place.folder, 'reports');
  let first: string | undefined;
  while (seconds.length < flags.runs && !isOver()) {
    const [begin, badBefore] = [performance.now(), badOnes()];
    const argv = ['--runtime', flags.runtime, ...program.args];
    const {exitCode, stdout} = await place.startRunIn(flags.machine, argv, HOUR_MS);
    seconds.push((performance.now() - begin) / 1000);
    process.stdout.write(`run ${seconds.length}: ${seconds.at(-1)?.toFixed(1)} s, exit code ${exitCode}\n`);
    if (exitCode !== 0) tell('red', `ended with exit code ${exitCode}\n${stdout}`);
    const leftovers = await place.leftovers();
    if (leftovers.length > 0) tell('left', `left ${leftovers.join(', ')}`);
    const latest = (await place.records()).at(-1)?.id;
    if (latest === undefined || latest === first) continue; // It came to no record.
    if (first !== undefined) {
      const compared = await place.start(['compare', join(reports, first), join(reports, latest)]);
      if (compared.exitCode !== 0) tell('different', `differs from the first\n${compared.stdout}${compared.stderr}`);
    }
    if (badOnes() > badBefore) {
      // The place goes when all runs are over, and with it what explains this one.
      await cp(join(reports, latest), join(projectReports, latest), {recursive: true});
      process.stdout.write(`run ${seconds.length} has its report in ${join(projectReports, latest)}\n`);
    }
    if (first === undefined) first = latest;
    else await rm(join(reports, latest), {recursive: true});
  }
} finally {
  for (const one of burners) {
    one.kill('SIGKILL');
  }
}
const median = seconds.toSorted((one, other) => one - other)[Math.floor(seconds.length / 2)];
process.stdout.write(
  `${seconds.length} runs in "${flags.machine}" on ${flags.runtime}, ${flags.busy} processes computing beside them: ${bad.red} red, ` +
    `${bad.left} left something behind, ${bad.different} differed from the first; ${median?.toFixed(1)} s a run (median)\n`,
);
process.exitCode = badOnes() === 0 ? 0 : 1;
