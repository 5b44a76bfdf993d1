import type {Stats} from 'node:fs';
import {stat} from 'node:fs/promises';
import {HostError} from '../../errors.ts';
import {limaIds, limaUser} from '../../host/limactl.ts';
import type {Acceleration} from '../../machine.ts';
import type {AccelerationVerdict} from '../qemu/acceleration.ts';

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

/**
 * What was decided, as it is for Lima's user: the trial with /dev/kvm is made by this process, which as root may open everything.
 * Throws {@link HostError} where nothing but `forced` will do.
 */
export const verdictFor = async (
  account: LimaAccount,
  verdict: AccelerationVerdict,
  forced: Acceleration | undefined,
  device: string = KVM,
): Promise<AccelerationVerdict> => {
  if (verdict.acceleration !== 'kvm' || (await mayUse(device, account))) return verdict;
  const state = `${device} may be opened by root alone, and Lima runs as "${account.name}"`;
  if (forced === undefined) return {acceleration: 'tcg', reason: `${state}: the processor is emulated`};
  throw new HostError(`Cannot start a lima machine with kvm: ${state}`, [
    {sentence: state, remedy: `sudo sh -c 'chgrp kvm ${device} && chmod 660 ${device}'`},
  ]);
};

const KVM = '/dev/kvm';

const mayUse = async (path: string, {uid, prefix}: LimaAccount): Promise<boolean> => {
  if (prefix.length === 0) return true;
  const device = await stat(path).catch(() => undefined);
  if (device === undefined) return false;
  return (device.mode & 0o006) === 0o006 || device.uid === uid || groupOf(device) !== undefined;
};

/** The group that may open /dev/kvm, usually `kvm`. */
const kvmGroup = async (): Promise<number | undefined> => {
  const device = await stat(KVM).catch(() => undefined);
  return device && groupOf(device);
};

/** The group that may open a device; not where it is root's own. */
const groupOf = ({gid, mode}: Pick<Stats, 'gid' | 'mode'>): number | undefined =>
  gid !== 0 && (mode & 0o060) === 0o060 ? gid : undefined;
