import type {RuntimeSet} from '../runtimes/runtime-set.ts';

/**
 * The command line that makes the Debian root of a runtime set in an empty folder.
 * https://manpages.debian.org/bookworm/mmdebstrap/mmdebstrap.1.en.html
 */
export const mmdebstrapArgv = (
  {suite, packages}: Pick<RuntimeSet, 'suite' | 'packages'>,
  folder: string,
): readonly string[] => [
  'mmdebstrap',
  '--mode=root',
  '--variant=minbase',
  '--format=directory',
  '--keyring=/usr/share/keyrings',
  ...suite.aptOptions.map((line) => `--aptopt=${line}`),
  ...unwantedPaths.map((path) => `--dpkgopt=path-exclude=${path}`),
  // A root that lost files in a crash of the host is found by the check of the cache, so no file has to be synced on its own.
  '--dpkgopt=force-unsafe-io',
  `--include=${packages.join(',')}`,
  suite.name,
  folder,
  suite.mirror,
];

/** What no one reads in a machine; about 100 MB of 500. */
const unwantedPaths = [
  '/usr/share/doc/*',
  '/usr/share/man/*',
  '/usr/share/info/*',
  '/usr/share/locale/*',
  '/usr/share/lintian/*',
  '/usr/share/bash-completion/*',
  '/usr/share/zsh/*',
  '/usr/share/fish/*',
] as const;

/** The step that a line of mmdebstrap's output begins, or `undefined` for a line that begins none. */
export const mmdebstrapStep = (line: string): string | undefined => {
  const said = /^I: (?<said>.*?)(?:\.\.\.)?$/u.exec(line)?.groups?.['said'];
  return said === undefined ? undefined : steps[said];
};

const steps: Readonly<Record<string, string>> = {
  'running apt-get update': 'read the lists of the mirror',
  'downloading packages with apt': 'download packages',
  'extracting archives': 'unpack the base',
  'installing essential packages': 'install the base',
  'installing remaining packages inside the chroot': 'install the runtimes',
  'cleaning package lists and apt cache': 'drop the caches of apt',
};
