import {readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {setTimeout} from 'node:timers/promises';
import {MachineError} from '../../errors.ts';
import {runLimactl, type Limactl} from './limactl.ts';

/** Name of the one machine that a home of Lima has. */
const NAME = 'm';

/** Files of the machine below its home: https://lima-vm.io/docs/dev/internals/ */
export const instancePaths = ({home}: Pick<Limactl, 'home'>) =>
  ({
    folder: join(home, NAME),
    disk: join(home, NAME, 'disk'),
    control: join(home, NAME, 'qmp.sock'),
    /** What the first serial port has printed. */
    console: join(home, NAME, 'serial.log'),
    hostAgentLog: join(home, NAME, 'ha.stderr.log'),
    sshConfig: join(home, NAME, 'ssh.config'),
    /** Key that Lima enters with; made by the first command that needs one, unless it is there. */
    identity: join(home, '_config', 'user'),
    config: join(home, '_config'),
  }) as const;

/** Makes the machine of a template, without starting it: copies its disk. */
export const createInstance = async (limactl: Limactl, template: string, signal: AbortSignal): Promise<void> => {
  await runLimactl(limactl, ['create', `--name=${NAME}`, template], {action: 'make a machine with Lima', signal});
};

/** Starts the machine, and waits until its boot script has come to its end, held or not. */
export const startInstance = async (limactl: Limactl, timeoutMs: number, signal: AbortSignal): Promise<void> => {
  const argv = ['start', `--timeout=${Math.ceil(timeoutMs / 1000)}s`, NAME];
  await runLimactl(limactl, argv, {action: 'start a machine with Lima', signal});
};

/** Ends the machine at once; its disk stays. */
export const stopInstance = async (limactl: Limactl, signal: AbortSignal): Promise<void> => {
  await runLimactl(limactl, ['stop', '--force', NAME], {action: 'stop a machine of Lima', signal});
};

/** Ends the machine, and removes its files. */
export const deleteInstance = async (limactl: Limactl, signal: AbortSignal): Promise<void> => {
  await runLimactl(limactl, ['delete', '--force', NAME], {action: 'remove a machine of Lima', signal});
};

/**
 * Keeps the machine as it is, memory and all, or makes it what it was. Lima prints what QEMU has to say against it as a warning and exits
 * with 0 all the same: whether it was done is for the caller to find out. https://lima-vm.io/docs/usage/snapshot/
 */
export const snapshotInstance = async (
  limactl: Limactl,
  verb: 'create' | 'apply' | 'delete',
  tag: string,
  signal: AbortSignal,
): Promise<void> => {
  await runLimactl(limactl, ['snapshot', verb, NAME, '--tag', tag], {action: `${verb} a snapshot with Lima`, signal});
};

/** Throws {@link MachineError} when QEMU does not list the snapshot. */
export const requireSnapshot = async (limactl: Limactl, tag: string, signal: AbortSignal): Promise<void> => {
  const list = await runLimactl(limactl, ['snapshot', 'list', NAME, '--quiet'], {
    action: 'list the snapshots of a machine with Lima',
    signal,
  });
  if (list.split('\n').some((line) => line.trim() === tag)) return;
  throw new MachineError(`Cannot keep the machine as "${tag}": Lima lists no such snapshot`, {
    layer: 'lima',
    seen: list,
  });
};

const POLL_MS = 20;

/** The port of the loopback that leads to the machine's sshd, once Lima has chosen one. Rejects with the reason of the signal. */
export const sshPort = async (limactl: Pick<Limactl, 'home'>, signal: AbortSignal): Promise<number> => {
  for (;;) {
    const text = await readFile(instancePaths(limactl).sshConfig, 'utf8').catch(() => '');
    const found = /^ *Port (\d+)$/mu.exec(text);
    if (found) return Number(found[1]);
    await setTimeout(POLL_MS, undefined, {signal}).catch(() => signal.throwIfAborted());
  }
};
