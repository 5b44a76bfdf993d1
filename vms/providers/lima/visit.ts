import {randomBytes} from 'node:crypto';
import {join} from 'node:path';
import {z} from 'zod';
import {ProvisionError} from '../../errors.ts';
import {killFolderProcesses} from '../../folder-processes.ts';
import {openControl} from '../../transport/ssh-connection.ts';
import {runRemote, type SshSession} from '../../transport/ssh-session.ts';
import {homeFiles} from './home.ts';
import {instancePaths, sshPort} from './instance.ts';

/** Where a machine of Lima is entered. */
export interface Entrance {
  /** Home of Lima with the machine. */
  readonly home: string;
  /** Folder with the machine's `known_hosts`, and for what ssh says. */
  readonly folder: string;
}

/** Files of an entrance in the machine's own folder. */
export const entranceFiles = {knownHosts: 'known_hosts', log: 'ssh.log'} as const;

/** The control connection, for commands. */
export const sessionOf = ({home, folder}: Entrance): SshSession => ({control: join(home, homeFiles.control), folder});

/**
 * Opens the control connection as root, as soon as Lima has chosen a port and sshd lets its key in. The port is no one else's: the host
 * key is that of the bake. Throws `MachineError` when the signal aborts before.
 */
export const enter = async (entrance: Entrance, signal: AbortSignal): Promise<void> => {
  const {home, folder} = entrance;
  await openControl(
    {
      host: '127.0.0.1',
      port: await sshPort(entrance, signal),
      user: 'root',
      identity: instancePaths({home}).identity,
      knownHosts: join(folder, entranceFiles.knownHosts),
      control: join(home, homeFiles.control),
    },
    join(folder, entranceFiles.log),
    signal,
  );
};

/** Ends every connection to the machine, Lima's own as well: what ssh knows of them a machine that was restored has forgotten. */
export const leave = async ({home}: Pick<Entrance, 'home'>): Promise<void> => killFolderProcesses(home, ['ssh']);

/** What shows which machine this is, and of what time. */
export interface Mark {
  /** What was noted last in the machine's memory; `none` when nothing was. */
  readonly before: string;
  /** Random, of the kernel's boot. */
  readonly bootId: string;
  /** `uname -r`. */
  readonly kernel: string;
}

const markSchema = z.object({before: z.string(), bootId: z.string(), kernel: z.string()});

const GENERATION = '/run/plumbline/generation';

/** Notes a generation in the machine's memory, to be found again when the machine has become what it is now. */
export const noteGeneration = async (
  session: SshSession,
  generation: string,
  options: {readonly timeoutMs: number; readonly signal?: AbortSignal},
): Promise<void> => {
  await run(session, ['sh', '-c', `echo "$1" >${GENERATION}`, 'note', generation], options);
};

/**
 * Keeps the kernel from looking for stalled processors, until it is greeted. A snapshot is loaded into the QEMU that goes on, which never
 * turns the counter of an emulated processor back: the guest finds itself as far ahead as its snapshot is old, and would complain.
 * https://gitlab.com/qemu-project/qemu/-/blob/v7.2.0/softmmu/cpu-timers.c (`cpu_get_ticks_locked`)
 */
export const ignoreStalls = async (
  session: SshSession,
  options: {readonly timeoutMs: number; readonly signal?: AbortSignal},
): Promise<void> => {
  await run(session, ['sh', '-c', watchForStalls(false)], options);
};

// https://docs.kernel.org/admin-guide/lockup-watchdogs.html and https://docs.kernel.org/RCU/stallwarn.html
const watchForStalls = (isOn: boolean): string => `echo ${isOn ? 1 : 0} >/proc/sys/kernel/watchdog
echo ${isOn ? 0 : 1} >/sys/module/rcupdate/parameters/rcu_cpu_stall_suppress`;

/** Asks a machine for its mark; one that was asleep is told the time, given random numbers of its own, and looks for stalls again. */
export const greet = async (
  session: SshSession,
  options: {readonly timeoutMs: number; readonly signal: AbortSignal},
): Promise<Mark> => {
  const now = (Date.now() / 1000).toFixed(3);
  const stdout = await run(session, ['sh', '-c', GREET, 'greet', now], {...options, input: randomBytes(32)});
  const [before, bootId, kernel] = stdout.split('\n');
  return markSchema.parse({before, bootId, kernel});
};

const GREET = `cat >/dev/urandom
date --set="@$1" >/dev/null
${watchForStalls(true)}
cat ${GENERATION} 2>/dev/null || echo none
cat /proc/sys/kernel/random/boot_id
uname -r`;

/** Does again what Lima's disc says, in a machine whose disc is another one since it was kept. */
export const readDisc = async (
  session: SshSession,
  options: {readonly timeoutMs: number; readonly signal: AbortSignal},
): Promise<void> => {
  await run(session, ['/usr/lib/plumbline/cidata'], options);
};

/** Throws {@link ProvisionError} when Lima's provisioning script has not come to its end, of which Lima says nothing. */
export const requireProvisioned = async (
  session: SshSession,
  options: {readonly timeoutMs: number; readonly signal: AbortSignal},
): Promise<void> => {
  const {stdout, exitCode} = await runRemote(session, ['cat', '/run/plumbline/provisioned'], options);
  if (exitCode === 0 && stdout === 'done\n') return;
  const {stdout: journal} = await runRemote(session, ['journalctl', '--unit=plumbline-cidata', '--no-pager'], options);
  throw new ProvisionError('Cannot provision a machine with Lima: its script has failed', {
    layer: 'lima',
    seen: journal.split('\n').slice(-20).join('\n'),
  });
};

/** Makes a machine that is about to be kept one that will take another disc. */
export const forgetDisc = async (
  session: SshSession,
  options: {readonly timeoutMs: number; readonly signal: AbortSignal},
): Promise<void> => {
  await run(session, ['sh', '-ec', 'umount /mnt/lima-cidata; rm /run/plumbline/provisioned; sync'], options);
};

const run = async (
  session: SshSession,
  argv: readonly string[],
  options: {readonly timeoutMs: number; readonly signal?: AbortSignal; readonly input?: Uint8Array},
): Promise<string> => {
  const {exitCode, stdout, stderr} = await runRemote(session, argv, options);
  if (exitCode === 0) return stdout;
  throw new ProvisionError(`Cannot prepare the machine: ${stderr.trim().split('\n').slice(-2).join(' | ')}`, {
    command: argv,
    layer: 'lima',
    seen: stderr.slice(-2000),
  });
};
