import {execa} from 'execa';
import {MachineError} from '../errors.ts';
import type {SshTarget} from './ssh-argv.ts';
import {sshEnvironment} from './ssh-connection.ts';

/**
 * What a configuration file of ssh says about a host, as ssh itself reads it: https://man.openbsd.org/ssh#G
 * Throws {@link MachineError} when ssh can't read the file, or the file has no such host.
 */
export const readSshConfig = async (
  file: string,
  host: string,
): Promise<Pick<SshTarget, 'host' | 'port' | 'user' | 'identity'>> => {
  const argv = ['-G', '-F', file, host];
  const result = await execa('ssh', argv, {reject: false, stdin: 'ignore', extendEnv: false, env: sshEnvironment});
  const failure = {command: ['ssh', ...argv], seen: result.stderr || result.stdout};
  if (result.failed) throw new MachineError(`Cannot read "${file}": ${result.stderr || result.shortMessage}`, failure);
  const options = parseSshOptions(result.stdout);
  const address = options.get('hostname');
  const identity = options.get('identityfile');
  const [user, port] = [options.get('user'), Number(options.get('port'))];
  if (address === undefined || address === host || identity === undefined || user === undefined || !(port > 0)) {
    throw new MachineError(`Cannot find the host "${host}" in "${file}"`, failure);
  }
  return {host: address, port, user, identity};
};

/** Reads lines like `hostname 192.168.121.2`; of an option that is there more than once, the first. */
export const parseSshOptions = (text: string): ReadonlyMap<string, string> => {
  const options = new Map<string, string>();
  for (const line of text.split('\n')) {
    const space = line.indexOf(' ');
    const name = line.slice(0, space);
    if (space > 0 && !options.has(name)) options.set(name, line.slice(space + 1));
  }
  return options;
};
