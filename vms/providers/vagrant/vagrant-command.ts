import {appendFile, mkdir} from 'node:fs/promises';
import {join} from 'node:path';
import {runCommand} from '../../command.ts';
import {MachineError, PlumblineError} from '../../errors.ts';
import {enterArgv} from '../../namespaces/enter.ts';
import {boxEnvironment} from './box.ts';
import {backtraceError, parseVagrantEvents, vagrantError, type VagrantEvent} from './machine-readable.ts';
import {vagrantFiles, type MachineSite} from './plan.ts';

/** How a command of Vagrant is run. */
export interface VagrantOptions {
  /** As in `Cannot <action>`. */
  readonly action: string;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

/**
 * Runs a command of Vagrant in the namespaces of a machine's libvirt, with folders of its own for whatever it keeps. What it prints goes
 * to a log. Throws {@link MachineError} with Vagrant's own sentence when it fails, and one when it does not end in time.
 */
export const runVagrant = async (
  site: Pick<MachineSite, 'folder' | 'namespaces'>,
  argv: readonly string[],
  {action, timeoutMs, signal}: VagrantOptions,
): Promise<readonly VagrantEvent[]> => {
  const files = vagrantFiles(site);
  await mkdir(files.temporary, {recursive: true, mode: 0o700});
  const [file, ...prefix] = enterArgv(site.namespaces);
  const command = ['vagrant', ...argv, '--machine-readable'];
  const log = join(site.folder, vagrantLog);
  await appendFile(log, `$ ${command.join(' ')}\n`);
  const result = await runCommand({file, argv: prefix, env: environment(files)}, command, {
    timeoutMs,
    log,
    ...(signal && {signal}),
  }).catch((error: unknown) => {
    throw ofVagrant(error, action, timeoutMs);
  });
  const events = parseVagrantEvents(result.stdout);
  if (result.exitCode === 0) return events;
  const said = vagrantError(events) ?? backtraceError(result.stderr) ?? result.stderr.trim().slice(0, 700);
  throw new MachineError(`Cannot ${action}: ${said || `vagrant ended with ${result.exitCode ?? result.signal}`}`, {
    command,
    layer: 'vagrant',
    expected: 'exit code 0',
    seen: `exit code ${result.exitCode ?? result.signal}: ${said}`,
  });
};

/** A command that is overdue is the fault of the workload in a machine; that Vagrant is, is the machine's own. */
export const ofVagrant = (error: unknown, action: string, timeoutMs: number): unknown => {
  if (!(error instanceof PlumblineError) || error.failureClass !== 'runtime') return error;
  const {command = [], expected = '', seen = ''} = error;
  const state = `vagrant has not ended within ${Math.round(timeoutMs / 1000)} s`;
  return new MachineError(`Cannot ${action}: ${state}`, {command, expected, seen, layer: 'vagrant', cause: error});
};

/** File in the folder of a machine that has every command of Vagrant with what it printed. */
export const vagrantLog = 'vagrant.log';

/** https://developer.hashicorp.com/vagrant/docs/other/environmental-variables */
const environment = (files: ReturnType<typeof vagrantFiles>): Readonly<Record<string, string>> => ({
  ...boxEnvironment,
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  LC_ALL: 'C.UTF-8',
  HOME: files.home,
  TMPDIR: files.temporary,
  VAGRANT_HOME: files.home,
  VAGRANT_CWD: files.project,
  VAGRANT_DOTFILE_PATH: files.state,
  VAGRANT_DEFAULT_PROVIDER: 'libvirt',
});
