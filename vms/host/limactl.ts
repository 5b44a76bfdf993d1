import {homedir} from 'node:os';
import {delimiter, join} from 'node:path';
import {findProgram} from './search-path.ts';

/** The version of Lima that setup installs and machines were tried with. */
export const limaVersion = '2.2.0';

/** The system user that Lima runs as where this tool runs as root, which Lima refuses: https://github.com/lima-vm/lima/issues/3978 */
export const limaUser = 'plumbline-lima';

const isRoot = (): boolean => process.geteuid?.() === 0;

/** Folder that setup puts `limactl` into: one that Lima's user can enter. */
export const limactlFolder = (): string =>
  join(isRoot() ? '/usr/local/lib' : join(homedir(), '.local/lib'), 'plumbline', `lima-${limaVersion}`, 'bin');

/**
 * Folder of the homes of Lima, one for each machine. Its path is short, for Lima makes sockets below it with names that are not.
 */
export const limaHomesFolder = (): string => (isRoot() ? `/var/lib/${limaUser}` : join(homedir(), `.${limaUser}`));

/** Path of the `limactl` to use: that of the search path, else the one that setup has installed; `undefined` where there is none. */
export const findLimactl = async (path: string = process.env['PATH'] ?? ''): Promise<string | undefined> =>
  findProgram('limactl', [...path.split(delimiter).filter(Boolean), limactlFolder()]);
