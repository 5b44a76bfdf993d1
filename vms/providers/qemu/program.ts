import {execa} from 'execa';
import type {Requirement} from '../../machine.ts';
import {qemuProgram} from './argv.ts';

/** The oldest QEMU that machines were tried with. */
const OLDEST = '7.2';

const REMEDY = 'npm run setup';

/** What `--version` says of this host's QEMU, or `undefined` where there is none. */
export const qemuVersion = async (): Promise<string | undefined> => {
  const {failed, stdout} = await execa(qemuProgram(), ['--version'], {reject: false, stdin: 'ignore'});
  return failed ? undefined : stdout.split('\n')[0];
};

/** What keeps this QEMU from being used, with the remedy; `undefined` when nothing does. `version` is from {@link qemuVersion}. */
export const versionRequirement = (version: string | undefined): Requirement | undefined => {
  if (version === undefined) return {sentence: `${qemuProgram()} is not installed`, remedy: REMEDY};
  const found = /version (\d+)\.(\d+)/u.exec(version);
  const [major = 0, minor = 0] = (found ?? []).slice(1).map(Number);
  const [oldestMajor = 0, oldestMinor = 0] = OLDEST.split('.').map(Number);
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return undefined;
  return {sentence: `QEMU is too old, "${version}": ${OLDEST} or later is needed`, remedy: REMEDY};
};
