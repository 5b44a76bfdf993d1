import {mkdir} from 'node:fs/promises';
import {execa} from 'execa';
import {HostError, ProvisionError} from '../../vms/errors.ts';
import {
  findLimactl,
  hasLimaUser,
  limactlFolder,
  limactlModule,
  limaHomesFolder,
  limaUser,
  limaVersion,
} from '../../vms/host/limactl.ts';
import {hasProgram} from '../../vms/host/search-path.ts';
import type {Paint} from '../report/terminal/paint.ts';
import {installPackages, runCommand, runPhase, type RunCommand} from './package-installation.ts';

/** Since this version, Go fetches the version that a module asks for by itself: https://go.dev/doc/toolchain */
const OLDEST_GO = [1, 21] as const;
const PACKAGE = 'golang-go';

/** How an installation of Lima speaks. */
export interface LimaInstallation {
  readonly stream: NodeJS.WritableStream;
  readonly paint: Paint;
}

/**
 * Installs `limactl` where there is none, from its source in the versions that are pinned here, and makes the user that it runs as where
 * this process is root's. Throws {@link HostError} where there is no Go to do it with, {@link ProvisionError} when it failed.
 */
export const installLima = async ({stream, paint}: LimaInstallation): Promise<void> => {
  if (!(await hasLimaUser())) {
    await phase({stream, paint}, `Make the user ${limaUser}`, [
      'useradd',
      '--system',
      '--user-group',
      '--no-create-home',
      '--shell=/usr/sbin/nologin',
      `--home-dir=${limaHomesFolder()}`,
      limaUser,
    ]);
  }
  // Lima's user comes to what is made here.
  process.umask(0o022);
  await mkdir(limaHomesFolder(), {recursive: true});
  if ((await findLimactl()) === undefined) {
    await requireGo({stream, paint});
    const settings = [`GOBIN=${limactlFolder()}`, 'CGO_ENABLED=0', 'GOFLAGS=-mod=readonly'];
    await phase({stream, paint}, `Install limactl ${limaVersion} with go install, which takes some minutes`, [
      'env',
      `--chdir=${limactlModule.folder}`,
      ...settings,
      'go',
      'install',
      `-ldflags=-s -w -X ${limactlModule.version}=v${limaVersion}`,
      limactlModule.program,
    ]);
  }
  stream.write(`${paint('good', '✓')} Lima is there: ${await findLimactl()}\n`);
};

const phase = async (context: LimaInstallation, title: string, argv: readonly string[]): Promise<void> => {
  const {exitCode, output} = await runPhase({...context, run: runCommand}, title, argv);
  if (exitCode === 0) return;
  const seen = output.trim().split('\n').slice(-3).join(' | ');
  throw new ProvisionError(`Cannot install Lima: ${seen || `exit code ${exitCode}`}`, {
    command: argv,
    expected: 'exit code 0',
    seen: `exit code ${exitCode}: ${seen}`,
  });
};

/** Sees to a Go that is new enough: what there is, else the package of Debian or Ubuntu where that is. */
const requireGo = async ({stream, paint}: LimaInstallation): Promise<void> => {
  const installed = await goVersion();
  if (installed !== undefined && isNewEnough(installed)) return;
  const offered = installed === undefined ? await offeredVersion(runCommand) : undefined;
  if (offered !== undefined && isNewEnough(offered)) {
    await installPackages({names: [PACKAGE], prefix: process.geteuid?.() === 0 ? [] : ['sudo'], stream, paint});
    return;
  }
  const oldest = OLDEST_GO.join('.');
  const found = installed === undefined ? offered && `apt-get has ${offered}` : `${installed} is installed`;
  throw new HostError(`Cannot install Lima: Go ${oldest} or later is needed to build it${found ? `, ${found}` : ''}`, [
    {sentence: `Go ${oldest} or later is not installed, see https://go.dev/doc/install`},
  ]);
};

/** What `go version` says, as in `1.26.8`; `undefined` where there is no Go. */
const goVersion = async (): Promise<string | undefined> => {
  if (!(await hasProgram('go'))) return undefined;
  const {stdout} = await execa('go', ['version'], {reject: false, stdin: 'ignore'});
  return /go(\d+\.\d+(?:\.\d+)?)/u.exec(stdout ?? '')?.at(1);
};

/** The version of the package that would be installed, as in `1.19`, without its epoch; `undefined` where there is none. */
const offeredVersion = async (run: RunCommand): Promise<string | undefined> => {
  const {output} = await run(['env', 'LC_ALL=C', 'apt-cache', 'policy', PACKAGE]);
  return /Candidate: (?:\d+:)?(\d+\.\d+)/u.exec(output)?.at(1);
};

const isNewEnough = (version: string): boolean => {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > OLDEST_GO[0] || (major === OLDEST_GO[0] && minor >= OLDEST_GO[1]);
};
