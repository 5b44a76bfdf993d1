import {stat} from 'node:fs/promises';
import {limaIds, limaUser} from '../../host/limactl.ts';

/** Who runs Lima on this host. */
export interface LimaAccount {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  /** What goes before a command to run it as this user; empty where it is the one that runs this process. */
  readonly prefix: readonly string[];
}

/** Who runs Lima here, or `undefined` where this process is root's and the user that Lima is to run as does not exist. */
export const limaAccount = async (): Promise<LimaAccount | undefined> => {
  const ids = await limaIds();
  if (ids === undefined) return undefined;
  if (process.geteuid?.() !== 0) return {...ids, name: process.env['USER'] ?? '', prefix: []};
  const group = await kvmGroup();
  const groups = group === undefined ? '--clear-groups' : `--groups=${group}`;
  return {
    ...ids,
    name: limaUser,
    prefix: ['setpriv', `--reuid=${ids.uid}`, `--regid=${ids.gid}`, groups, '--no-new-privs', '--'],
  };
};

/** Whether Lima's user may open /dev/kvm; the trial with it is made by this process, which as root may open everything. */
export const mayUseKvm = async ({uid, prefix}: LimaAccount): Promise<boolean> => {
  if (prefix.length === 0) return true;
  const device = await stat('/dev/kvm').catch(() => undefined);
  if (device === undefined) return false;
  return (device.mode & 0o006) === 0o006 || device.uid === uid || (await kvmGroup()) !== undefined;
};

/** The group that may open /dev/kvm, usually `kvm`; not where it is root's own. */
const kvmGroup = async (): Promise<number | undefined> => {
  const device = await stat('/dev/kvm').catch(() => undefined);
  return device !== undefined && device.gid !== 0 && (device.mode & 0o060) === 0o060 ? device.gid : undefined;
};
