import {ProvisionError} from '../../vms/errors.ts';
import type {UpgradeFacts} from '../../vms/image/upgrade-packages.ts';
import type {Machine} from '../../vms/machine.ts';
import {installArgv, installEnvironment, lastWords, servicePolicy} from './apt-command.ts';
import {servicesToRestart} from './component.ts';

/** One part of an upgrade. Times are milliseconds on the machine's clock, which counts from the boot of its kernel. */
export interface Phase {
  readonly title: string;
  readonly fromMs: number;
  readonly toMs: number;
}

const INSTALL_TIMEOUT_MS = 300_000;

/**
 * Upgrades a machine in place: installs the packages that were put into it, and restarts the daemons whose packages are among them.
 * Returns when all answer. Throws {@link ProvisionError} with what apt said when the packages can't be installed, or a daemon does not
 * come back from its upgrade; the machine is then as that left it.
 */
export const upgradePackages = async (
  machine: Machine,
  {files, packages}: UpgradeFacts,
  signal: AbortSignal,
): Promise<Phase[]> => {
  const {services} = machine;
  const phases: Phase[] = [];
  const phase = async (title: string, body: () => Promise<unknown>): Promise<void> => {
    signal.throwIfAborted();
    const fromMs = await clockOf(machine);
    await body();
    phases.push({title, fromMs, toMs: await clockOf(machine)});
  };
  if (files.length > 0) {
    await phase('install the packages', () => install(machine, files, signal));
  }
  for (const name of servicesToRestart(Object.keys(packages))) {
    await phase(`restart ${name}`, async () => {
      try {
        await services.stop(name);
        await services.start(name);
      } catch (error) {
        throw new ProvisionError(`Cannot restart ${name} after its upgrade: ${(error as Error).message}`, {
          layer: name,
          cause: error,
        });
      }
    });
  }
  return phases;
};

const install = async (machine: Machine, files: readonly string[], signal: AbortSignal): Promise<void> => {
  const {path, content, mode} = servicePolicy;
  await machine.put(path, content, mode);
  const argv = installArgv(files);
  const result = await machine.exec(argv, {
    env: installEnvironment,
    timeoutMs: INSTALL_TIMEOUT_MS * machine.traits.slowness,
    signal,
  });
  if (result.exitCode !== 0) {
    const said = lastWords(`${result.stdout}\n${result.stderr}`);
    throw new ProvisionError(
      `Cannot upgrade the packages of the machine "${machine.reference.id}": apt-get ended with exit code ${result.exitCode}, ${said}`,
      {command: argv, expected: 'exit code 0', seen: said, layer: 'apt'},
    );
  }
  await machine.succeed(['rm', path]);
};

/** Milliseconds since the boot of the machine's kernel, as proc_uptime(5) has them. */
export const clockOf = async (machine: Machine): Promise<number> =>
  1000 * Number((await machine.succeed(['cat', '/proc/uptime'])).split(' ')[0]);
