import {execa} from 'execa';
import {ProvisionError} from '../../vms/errors.ts';
import {formatDuration} from '../report/terminal/duration.ts';
import type {Paint} from '../report/terminal/paint.ts';
import {printable} from '../report/terminal/printable.ts';

/** How a command ended, with both of its streams as they came. */
export interface CommandOutcome {
  readonly exitCode: number | undefined;
  readonly output: string;
}

/** Runs a command; never throws on how it ends. */
export type RunCommand = (argv: readonly string[]) => Promise<CommandOutcome>;

/** What is to be installed, and how. */
export interface PackageInstallation {
  readonly names: readonly string[];
  /** Goes before `apt-get`, to become root. */
  readonly prefix: readonly string[];
  readonly stream: NodeJS.WritableStream;
  readonly paint: Paint;
  readonly run?: RunCommand | undefined;
}

/** Another apt-get, such as the nightly upgrade of a cloud machine, holds the lock for a while; this one waits. */
const APT_GET = ['env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', '-o', 'DPkg::Lock::Timeout=120'];

/** Lines of output that a failure shows. */
const SHOWN = 30;

/**
 * Updates the lists of packages and installs these, printing one line each; the output of apt-get is printed only when it failed.
 * Throws {@link ProvisionError} when the installation failed.
 */
export async function installPackages({
  names,
  prefix,
  stream,
  paint,
  run = runCommand,
}: PackageInstallation): Promise<void> {
  const phase = async (title: string, argv: readonly string[]): Promise<CommandOutcome> =>
    runPhase({stream, paint, run}, title, argv);
  // Its failure is shown but does not end the matter: one broken source among several fails it, and the packages may be had all the same.
  await phase('Update the lists of packages', [...prefix, ...APT_GET, 'update']);
  const install = [...prefix, ...APT_GET, 'install', '-y', '--no-install-recommends', ...names];
  const {exitCode, output} = await phase(`Install ${names.join(' ')}`, install);
  if (exitCode === 0) return;
  const seen = complaint(output);
  throw new ProvisionError(
    `Cannot install "${names.join(' ')}": ${seen || `apt-get ended with ${exitCode ?? 'a signal'}`}`,
    {
      command: install,
      expected: 'exit code 0',
      seen: `exit code ${exitCode}: ${seen}`,
    },
  );
}

/** Where the phases of an installation are shown, and how they are run. */
export interface PhaseContext extends Pick<PackageInstallation, 'stream' | 'paint'> {
  readonly run: RunCommand;
}

/** Runs a command and prints one line about it; and what it said, when it failed. */
export const runPhase = async (
  {stream, paint, run}: PhaseContext,
  title: string,
  argv: readonly string[],
): Promise<CommandOutcome> => {
  const startedAt = performance.now();
  const outcome = await run(argv);
  const sign = outcome.exitCode === 0 ? paint('good', '✓') : paint('bad', '✗');
  const time = formatDuration(performance.now() - startedAt).padStart(10);
  stream.write(`${sign} ${paint('quiet', time)}  ${title}\n`);
  if (outcome.exitCode !== 0)
    stream.write(
      `${lastLines(outcome.output)
        .map((line) => `    ${line}`)
        .join('\n')}\n`,
    );
  return outcome;
};

/** Runs a command without any input; never throws on how it ends. */
export const runCommand: RunCommand = async ([program = '', ...rest]) => {
  // No input: apt-get would eat the rest of a script that is piped into a shell. sudo asks for a password on the terminal itself.
  const {exitCode, all, originalMessage} = await execa(program, rest, {stdin: 'ignore', all: true, reject: false});
  return {exitCode, output: all === '' ? (originalMessage ?? '') : all};
};

/** What apt-get marks as an error (`E:`), or where it marks nothing what it said last. */
const complaint = (output: string): string => {
  const lines = lastLines(output);
  const errors = lines.filter((line) => line.startsWith('E: '));
  return (errors.length > 0 ? errors : lines).slice(-3).join(' | ');
};

const lastLines = (output: string): readonly string[] =>
  output
    .split('\n')
    .map((line) => printable(line))
    .filter((line) => line !== '')
    .slice(-SHOWN);
