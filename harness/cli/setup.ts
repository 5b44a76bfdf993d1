import {missingPackages} from '../../vms/host/packages.ts';
import type {HostNeed, MissingPackage} from '../../vms/host/packages.ts';
import {hasProgram} from '../../vms/host/search-path.ts';
import {HostError} from '../../vms/errors.ts';
import {createPaint} from '../report/terminal/paint.ts';
import {shellCommand} from '../report/shell-command.ts';
import {askYes} from './ask.ts';
import {installLima} from './lima-installation.ts';
import {installPackages} from './package-installation.ts';
import type {RunCommand} from './package-installation.ts';

/** What {@link setup} is for and how it speaks; what has a default beside these is replaced by tests only. */
export interface SetupOptions {
  readonly stream: NodeJS.WritableStream;
  /** What the host is wanted for. Default: {@link USUAL_NEEDS}. */
  readonly needs?: readonly HostNeed[];
  /** Also install Lima, and make the user that it runs as. */
  readonly lima?: boolean | undefined;
  /** Install without asking. */
  readonly yes?: boolean | undefined;
  /** Whether there is someone to ask. Default: both ends are a terminal, and it is not CI's. */
  readonly interactive?: boolean | undefined;
  /** Default: as the stream and the environment have it. */
  readonly colour?: boolean | undefined;
  readonly lookUp?: (needs: readonly HostNeed[]) => Promise<readonly MissingPackage[]>;
  readonly isInstalled?: (program: string) => Promise<boolean>;
  readonly isRoot?: boolean;
  readonly ask?: (question: string) => Promise<boolean>;
  readonly run?: RunCommand;
}

/** What a host is wanted for as a rule. */
export const USUAL_NEEDS: readonly HostNeed[] = ['bake', 'sandbox', 'qemu'];

/**
 * Installs the packages of Debian or Ubuntu that this host lacks, Lima where it is wanted, and nothing else. Asks first where there is
 * someone to ask; a script, which has no terminal, is not asked: it called `setup` for this.
 * Throws {@link HostError} where it can't install (no apt-get, no way to become root, the answer was no) and
 * {@link ProvisionError} when apt-get failed.
 */
export async function setup(options: SetupOptions): Promise<0> {
  await setUpPackages(options);
  const {stream} = options;
  if (options.lima) await installLima({stream, paint: createPaint(stream, options.colour)});
  return 0;
}

const setUpPackages = async (options: SetupOptions): Promise<void> => {
  const {stream, needs = USUAL_NEEDS, lookUp = missingPackages, isInstalled = hasProgram} = options;
  const paint = createPaint(stream, options.colour);
  const missing = await lookUp(needs);
  if (missing.length === 0) {
    stream.write(`${paint('good', '✓')} Nothing to install: this host has every package it needs\n`);
    return;
  }
  const names = missing.map(({name}) => name);
  stream.write(`Not installed: ${names.join(' ')}\n`);
  const prefix = await rootPrefix(options.isRoot ?? process.geteuid?.() === 0, isInstalled, names, options);
  await consent(names, options);
  await installPackages({names, prefix, stream, paint, run: options.run});
  const still = await lookUp(needs);
  if (still.length > 0) throw stillMissing(still);
  stream.write(`${paint('good', '✓')} This host has every package it needs\n`);
};

/** What goes before `apt-get` to run it as root. Throws where there is no apt-get or no way to become root. */
const rootPrefix = async (
  isRoot: boolean,
  isInstalled: (program: string) => Promise<boolean>,
  names: readonly string[],
  options: SetupOptions,
): Promise<readonly string[]> => {
  const sentence = `Not installed: ${names.join(', ')}`;
  if (!(await isInstalled('apt-get'))) {
    const state = 'this system has no apt-get; install what these packages of Debian bring, by its own means';
    throw new HostError(`Cannot install "${names.join(' ')}": ${state}`, [{sentence}]);
  }
  if (isRoot) return [];
  if (await isInstalled('sudo')) return isInteractive(options) ? ['sudo'] : ['sudo', '--non-interactive'];
  const remedy = shellCommand(['apt-get', 'install', '-y', '--no-install-recommends', ...names]);
  throw new HostError(`Cannot install "${names.join(' ')}": the tool does not run as root, and there is no sudo`, [
    {sentence, remedy: `su -c "${remedy}"`},
  ]);
};

const consent = async (names: readonly string[], options: SetupOptions): Promise<void> => {
  if (options.yes === true || !isInteractive(options)) return;
  const ask = options.ask ?? askYes;
  if (await ask('Install them with apt-get?')) return;
  throw new HostError(`Cannot install "${names.join(' ')}": the answer was no`, [
    {sentence: `Not installed: ${names.join(', ')}`, remedy: 'npx plumbline setup --yes'},
  ]);
};

const isInteractive = ({interactive}: SetupOptions): boolean =>
  interactive ?? (process.stdin.isTTY && process.stdout.isTTY && !process.env['CI']);

/** apt-get was content and the programs are not there: a diverted `PATH`, or a package that was taken apart by hand. */
const stillMissing = (still: readonly MissingPackage[]): HostError => {
  const lacking = still.flatMap((one) => one.lacking).join(', ');
  const names = still.map(({name}) => name);
  return new HostError(`Cannot find "${lacking}": apt-get says that ${names.join(', ')} is installed`, [
    {
      sentence: `Not found: ${lacking}`,
      remedy: shellCommand(['apt-get', 'install', '--reinstall', '-y', ...names]),
    },
  ]);
};
