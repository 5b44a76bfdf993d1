import {readFile} from 'node:fs/promises';
import {homedir} from 'node:os';
import {delimiter, join} from 'node:path';
import {findProgram} from './search-path.ts';

/** The version of Lima that setup installs and machines were tried with. */
export const limaVersion = '2.2.0';

/** The system user that Lima runs as where this tool runs as root, which Lima refuses: https://github.com/lima-vm/lima/issues/3978 */
export const limaUser = 'plumbline-lima';

/** What setup builds: a module that has nothing but the program of Lima's among its requirements, with the hashes of all of them. */
export const limactlModule = {
  folder: join(import.meta.dirname, 'limactl'),
  program: 'github.com/lima-vm/lima/v2/cmd/limactl',
  /** Variable that the linker puts the version into. */
  version: 'github.com/lima-vm/lima/v2/pkg/version.Version',
} as const;

const isRoot = (): boolean => process.geteuid?.() === 0;

/** Folder that setup puts `limactl` into: one that Lima's user can enter. */
export const limactlFolder = (): string =>
  join(isRoot() ? '/usr/local/lib' : join(homedir(), '.local/lib'), 'plumbline', `lima-${limaVersion}`, 'bin');

/** Folder of the homes of Lima, one for each machine. Its path is short, for Lima makes sockets below it with names that are not. */
export const limaHomesFolder = (): string => (isRoot() ? `/var/lib/${limaUser}` : join(homedir(), `.${limaUser}`));

/** Path of the `limactl` to use: that of the search path, else the one that setup has installed; `undefined` where there is none. */
export const findLimactl = async (path: string = process.env['PATH'] ?? ''): Promise<string | undefined> =>
  findProgram('limactl', [...path.split(delimiter).filter(Boolean), limactlFolder()]);

/** Ids of the user that Lima is to run as here: this process' own unless it is root's. `undefined` where there is no such user. */
export const limaIds = async (): Promise<{readonly uid: number; readonly gid: number} | undefined> => {
  if (!isRoot()) return {uid: process.geteuid?.() ?? 0, gid: process.getegid?.() ?? 0};
  const line = (await readFile('/etc/passwd', 'utf8')).split('\n').find((entry) => entry.startsWith(`${limaUser}:`));
  const [, , uid, gid] = line?.split(':') ?? [];
  return uid === undefined || gid === undefined ? undefined : {uid: Number(uid), gid: Number(gid)};
};

/** Whether there is a user that Lima can run as. */
export const hasLimaUser = async (): Promise<boolean> => (await limaIds()) !== undefined;
