import {spawn} from 'node:child_process';
import {existsSync} from 'node:fs';
import {open, readFile, rm} from 'node:fs/promises';
import {setTimeout} from 'node:timers/promises';
import {MachineError} from '../errors.ts';
import {controlArgv, type SshTarget} from './ssh-argv.ts';

/** Environment of every ssh: the user's own agent and settings have no part in it. */
export const sshEnvironment = {PATH: process.env['PATH'] ?? '/usr/bin:/bin', LC_ALL: 'C'} as const;

const POLL_MS = 5;
const RETRY_MS = 50;

/**
 * Opens the control connection to a machine, in a process of its own that ends with the connection; tries again until the signal
 * aborts. `log` takes what ssh says. Throws {@link MachineError} when it is aborted, with what the last attempt said.
 */
export const openControl = async (target: SshTarget, log: string, signal: AbortSignal): Promise<void> => {
  await rm(target.control, {force: true});
  while (!signal.aborted) {
    if (await tryControl(target, log, signal)) return;
    await setTimeout(RETRY_MS);
  }
  const said = (await readFile(log, 'utf8').catch(() => '')).trim().split('\n').slice(-2).join(' | ');
  throw new MachineError(`Cannot reach the machine over ssh: ${said || 'no answer'}`, {
    command: controlArgv(target),
    layer: 'sshd',
    cause: signal.reason,
  });
};

const tryControl = async (target: SshTarget, log: string, signal: AbortSignal): Promise<boolean> => {
  const [file = '', ...argv] = controlArgv(target);
  const output = await open(log, 'a', 0o600);
  try {
    let hasEnded = false;
    // A session of its own: a Ctrl-C in the terminal must reach the tool alone.
    const child = spawn(file, argv, {detached: true, stdio: ['ignore', output.fd, output.fd], env: sshEnvironment});
    child.once('exit', () => (hasEnded = true));
    child.once('error', () => (hasEnded = true));
    child.unref();
    while (!existsSync(target.control)) {
      if (hasEnded) return false;
      if (signal.aborted) {
        child.kill('SIGKILL');
        return false;
      }
      await setTimeout(POLL_MS);
    }
    return true;
  } finally {
    await output.close();
  }
};
