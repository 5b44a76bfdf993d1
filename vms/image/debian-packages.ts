import {mkdir, readdir, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import type {ImageRecipe} from './recipe.ts';

/** Runs a command of the host and returns its standard output. */
export type HostCommand = (
  argv: readonly string[],
  options?: {readonly cwd?: string; readonly env?: Readonly<Record<string, string>>},
) => Promise<string>;

/**
 * Downloads exactly the packages of a recipe with the host's apt, which checks signatures and digests, but with lists and a state
 * of its own in `work`: of the host's package management nothing is changed, and only {@link hostAcquire} is read. Returns the files, sorted.
 */
export const downloadPackages = async (
  {suite, packages}: Pick<ImageRecipe, 'suite' | 'packages'>,
  work: string,
  run: HostCommand,
): Promise<readonly string[]> => {
  const archives = join(work, 'packages');
  for (const folder of ['packages', 'lists/partial', 'cache/archives/partial', 'etc']) {
    await mkdir(join(work, folder), {recursive: true});
  }
  const config = join(work, 'apt.conf');
  await writeFile(config, aptConfig(work, await hostAcquire(run)));
  await writeFile(join(work, 'etc/sources.list'), sourcesList(suite));
  await writeFile(join(work, 'status'), '');
  await run(['apt-get', 'update'], {env: {APT_CONFIG: config}});
  await run(['apt-get', 'download', ...packages], {cwd: archives, env: {APT_CONFIG: config}});
  const files = await readdir(archives);
  return files.sort().map((file) => join(archives, file));
};

/** One line of sources.list(5). The keyrings are those that Debian's package debian-archive-keyring installs. */
export const sourcesList = ({name, mirror}: ImageRecipe['suite']): string =>
  `deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] ${mirror} ${name} main\n`;

/** How this host comes by packages, proxies above all, as lines of apt.conf(5). */
export const hostAcquire = (run: HostCommand): Promise<string> => run(['apt-config', '--no-empty', 'dump', 'Acquire']);

/**
 * The configuration of an apt that takes nothing from its host but `acquire`. It is read first, so what the host has would be added to it:
 * hooks, and the release that it prefers. https://manpages.debian.org/bookworm/apt/apt.conf.5.en.html
 */
export const aptConfig = (work: string, acquire: string): string =>
  [
    acquire,
    `Dir::Etc::Main "/dev/null";`,
    `Dir::Etc::Parts "/dev/null";`,
    `Dir::State "${work}";`,
    `Dir::State::lists "${work}/lists";`,
    `Dir::State::status "${work}/status";`,
    `Dir::Cache "${work}/cache";`,
    `Dir::Etc::SourceList "${work}/etc/sources.list";`,
    `Dir::Etc::SourceParts "/dev/null";`,
    `Dir::Etc::Preferences "/dev/null";`,
    `Dir::Etc::PreferencesParts "/dev/null";`,
    `Acquire::Languages "none";`,
    // A mirror that fails is a failure, not a warning: stale lists must not go unnoticed.
    `APT::Update::Error-Mode "any";`,
    // apt's own user can't reach the cache, which is root's alone.
    `APT::Sandbox::User "root";`,
    '',
  ].join('\n');
