import {execa} from 'execa';
import {findLimactl, limaUser, limaVersion} from '../../host/limactl.ts';
import {packageRequirements} from '../../host/packages.ts';
import type {Requirement} from '../../machine.ts';
import {qemuVersion, versionRequirement} from '../qemu/program.ts';
import {limaAccount, type LimaAccount} from './account.ts';

const REMEDY = 'npm run setup -- --lima';
const OLDEST = [2, 1] as const;

/** What keeps this host from making machines with Lima; empty when nothing does. */
export const limaRequirements = async (): Promise<readonly Requirement[]> => {
  const requirements = [...(await packageRequirements(['qemu'], REMEDY))];
  const [program, account] = [await findLimactl(), await limaAccount()];
  if (program === undefined) requirements.push({sentence: 'limactl is not installed', remedy: REMEDY});
  if (account === undefined) {
    requirements.push({sentence: `There is no user "${limaUser}", as which Lima is to run`, remedy: REMEDY});
  }
  if (program !== undefined && account !== undefined) {
    const requirement = await limactlRequirement(program, account);
    if (requirement) requirements.push(requirement);
  }
  if (requirements.length > 0) return requirements;
  const qemu = versionRequirement(await qemuVersion());
  return qemu === undefined ? [] : [qemu];
};

/** What `limactl --version` comes to, run by the user that Lima runs as. */
export const askLimactlVersion = async (program: string, {prefix}: LimaAccount) => {
  const [file, ...argv] = [...prefix, program, '--version'];
  const {failed, stdout, stderr} = await execa(file, argv, {reject: false, stdin: 'ignore', cwd: '/'});
  return {failed, stdout, stderr};
};

const limactlRequirement = async (program: string, account: LimaAccount): Promise<Requirement | undefined> => {
  const {failed, stdout, stderr} = await askLimactlVersion(program, account);
  if (failed) {
    const said = stderr.trim().split('\n').at(-1) ?? '';
    return {sentence: `"${program}" can not be run by the user "${limaUser}"${said && `, ${said}`}`, remedy: REMEDY};
  }
  return limaVersionRequirement(stdout);
};

/** What keeps this Lima from being used; `said` is what `limactl --version` prints. */
export const limaVersionRequirement = (said: string): Requirement | undefined => {
  const [, major = '0', minor = '0'] = /version v?(\d+)\.(\d+)/u.exec(said) ?? [];
  if (Number(major) === OLDEST[0] && Number(minor) >= OLDEST[1]) return undefined;
  return {
    sentence: `Lima ${OLDEST.join('.')} or a later ${OLDEST[0]} is needed, found is "${said.trim()}"`,
    remedy: `remove it, then ${REMEDY} installs ${limaVersion}`,
  };
};
