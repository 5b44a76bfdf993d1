import {copyFile, mkdir, readFile, readdir, writeFile} from 'node:fs/promises';
import {basename, join} from 'node:path';
import {ProvisionError} from '../errors.ts';
import type {RuntimeSet} from '../runtimes/runtime-set.ts';
import type {HeldImage} from './bake.ts';
import {step, type BakeContext} from './bake-report.ts';
import {openEntry, type CacheEntry} from './cache.ts';
import {contentKey, keyOf} from './content-key.ts';
import {aptConfig, hostAcquire, sourcesList, type HostCommand} from './debian-packages.ts';
import {runIsolated} from './isolated-command.ts';
import {ociArchitecture} from './workload-image.ts';

/** What an upgrade installs, as files to put into a machine. */
export interface UpgradeFacts {
  /** Paths in the machine, sorted, which are those below the content of the entry too. Empty when there is nothing newer to install. */
  readonly files: readonly string[];
  /** Version of each of these packages, by name. */
  readonly packages: Readonly<Record<string, string>>;
}

/** From what to what, and which packages. */
export interface UpgradeQuestion {
  /** The image whose root is upgraded. */
  readonly from: HeldImage;
  readonly to: RuntimeSet;
  /** The image of that set: when its packages are baked anew, so are those of the upgrade. */
  readonly target: HeldImage;
  /** Packages asked for; what they need comes with them. */
  readonly packages: readonly string[];
}

/** Folder of a machine with the packages. */
const folder = '/var/cache/plumbline-upgrade';
const sources = ['upgrade-packages.ts', 'debian-packages.ts'];

/**
 * The package files that an upgrade installs: what apt, with the status of the old root and the new suite as its
 * only source, would install. apt checks the signatures and digests. The machine needs no network then.
 * Throws {@link ProvisionError} when the mirror fails or the packages can't be installed on that root.
 */
export const openUpgradePackages = async (
  question: UpgradeQuestion,
  context: BakeContext,
): Promise<CacheEntry<UpgradeFacts>> => {
  const {from, to, target, packages} = question;
  const status = join(rootOf(from), 'var/lib/dpkg/status');
  return openEntry(
    {
      kind: 'upgrade',
      key: await contentKey(
        {
          status: keyOf(await readFile(status, 'utf8')),
          suite: to.suite,
          target: target.root.packages,
          packages,
          architecture: ociArchitecture(),
        },
        sources,
      ),
      what: `packages of ${packages.join(', ')} from "${from.runtimeSet}" to "${to.name}"`,
      neededBytes: 500_000_000,
      make: async (content, scratch) => downloadUpgrade(question, status, content, scratch, context),
    },
    context,
  );
};

const rootOf = ({layers}: HeldImage): string => layers.at(-1) ?? '';

const downloadUpgrade = async (
  {from, to, packages}: UpgradeQuestion,
  status: string,
  content: string,
  scratch: string,
  context: BakeContext,
): Promise<UpgradeFacts> => {
  const action = `download the upgrade from "${from.runtimeSet}" to "${to.name}"`;
  for (const part of ['lists/partial', 'cache/archives/partial', 'etc']) {
    await mkdir(join(scratch, part), {recursive: true});
  }
  const run: HostCommand = async (argv, options) =>
    runIsolated(argv, {...options, action, folder: scratch, signal: context.signal});
  const config = join(scratch, 'apt.conf');
  await writeFile(
    config,
    [aptConfig(scratch, await hostAcquire(run)), ...to.suite.aptOptions.map((line) => `${line};\n`)].join(''),
  );
  await writeFile(join(scratch, 'etc/sources.list'), sourcesList(to.suite));
  await copyFile(status, join(scratch, 'status'));
  const apt = async (argv: readonly string[]): Promise<string> => run(argv, {env: {APT_CONFIG: config}});
  await step(context, `${to.name}: read the lists of the mirror`, async () => apt(['apt-get', 'update']));
  await step(context, `${from.runtimeSet} to ${to.name}: download packages`, async () => apt(downloadArgv(packages)));
  const archives = join(scratch, 'cache/archives');
  const names = (await readdir(archives)).filter((name) => name.endsWith('.deb')).sort();
  await mkdir(join(content, folder), {recursive: true});
  for (const name of names) {
    await copyFile(join(archives, name), join(content, folder, name));
  }
  return {
    files: names.map((name) => join(folder, name)),
    packages: Object.fromEntries(names.map((name) => packageOf(name))),
  };
};

/** The command that resolves an upgrade and downloads it: https://manpages.debian.org/bookworm/apt/apt-get.8.en.html */
export const downloadArgv = (packages: readonly string[]): readonly string[] => [
  'apt-get',
  'install',
  '--download-only',
  '--yes',
  '--no-install-recommends',
  ...packages,
];

/** Name and version of a package, from the name apt gives its file: `NAME_VERSION_ARCHITECTURE.deb`, with `%3a` for a colon. */
export const packageOf = (file: string): readonly [name: string, version: string] => {
  const [name, version] = basename(file, '.deb').split('_');
  if (name === undefined || version === undefined) {
    throw new ProvisionError(
      `Cannot read the name of the package file "${file}": it is not NAME_VERSION_ARCHITECTURE.deb`,
    );
  }
  return [name, decodeURIComponent(version)];
};
