import {writeFile} from 'node:fs/promises';
import {MachineError} from '../../errors.ts';
import {enterArgv} from '../../namespaces/enter.ts';
import {readSshConfig} from '../../transport/ssh-config.ts';
import {openControl} from '../../transport/ssh-connection.ts';
import {slowness} from '../qemu/acceleration.ts';
import {sshConfigText} from './machine-readable.ts';
import {machineFiles, socketPaths, vagrantFiles, type MachineSite} from './plan.ts';
import {runVagrant} from './vagrant-command.ts';
import {vagrantMachine} from './vagrantfile.ts';

const BUDGET_MS = 10_000;

/**
 * Opens the control connection to a machine, where `vagrant ssh-config` says that it is, from within the network of its libvirt.
 * Returns the machine's address there.
 */
export const enter = async (site: MachineSite, signal: AbortSignal): Promise<string> => {
  const action = 'find the address of a vagrant machine';
  const timeoutMs = BUDGET_MS * slowness[site.acceleration];
  const text = sshConfigText(await runVagrant(site, ['ssh-config', vagrantMachine], {action, timeoutMs, signal}));
  if (text === undefined) throw new MachineError(`Cannot ${action}: "vagrant ssh-config" has printed none`);
  await writeFile(vagrantFiles(site).sshConfig, `${text}\n`);
  return enterAgain(site, signal);
};

/** {@link enter} without asking Vagrant, for a machine that was restored: where it is does not change. */
export const enterAgain = async (site: MachineSite, signal: AbortSignal): Promise<string> => {
  const target = await readSshConfig(vagrantFiles(site).sshConfig, vagrantMachine);
  const {knownHosts, sshLog} = machineFiles(site);
  const control = socketPaths(site).ssh;
  await openControl({...target, knownHosts, control, enter: enterArgv(site.namespaces)}, sshLog, signal);
  return target.host;
};
