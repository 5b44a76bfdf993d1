import {readFile} from 'node:fs/promises';
import {execa} from 'execa';
import {HostError} from '../errors.ts';

/** Makes a key pair of its own for one machine; the private key has mode 0600. Returns the public key, as `TYPE BASE64`. */
export const makeKey = async (file: string): Promise<string> => {
  const argv = ['-q', '-t', 'ed25519', '-N', '', '-C', 'plumbline', '-f', file];
  const result = await execa('ssh-keygen', argv, {reject: false, stdin: 'ignore'});
  if (result.failed) {
    throw new HostError(`Cannot make a key for a machine: ${result.stderr || result.shortMessage}`, [
      {sentence: 'ssh-keygen does not work', remedy: 'npm run setup'},
    ]);
  }
  return (await readFile(`${file}.pub`, 'utf8')).split(' ').slice(0, 2).join(' ');
};
