import {chmod, mkdir, rm, writeFile} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import {ProvisionError} from '../errors.ts';
import type {RuntimeSet} from '../runtimes/runtime-set.ts';
import {aptProxies} from './apt-proxies.ts';
import {startStep, step, type BakeContext} from './bake-report.ts';
import {runIsolated} from './isolated-command.ts';
import {mmdebstrapArgv, mmdebstrapStep} from './mmdebstrap.ts';
import {certificateScript} from './root-certificate.ts';
import {registryFolder, rootFiles} from './root-files.ts';
import {foundVersions, type StackVersions} from './root-versions.ts';

/** What is known of a baked root. */
export interface RootFacts {
  /** Upstream versions, as the binaries say. */
  readonly versions: StackVersions;
  /** Debian version of every installed package. */
  readonly packages: Readonly<Record<string, string>>;
}

/** Source files that decide what a root is; their content is part of the cache key. */
export const rootSources = [
  'mmdebstrap.ts',
  'root-certificate.ts',
  'root-files.ts',
  'root-layer.ts',
  'root-versions.ts',
];

/**
 * Makes the whole Debian root of a runtime set in `folder`, which must be empty. Takes under a minute on a usual connection.
 * Throws {@link ProvisionError} when the mirror fails, the disk is full, or other versions were found than the set expects.
 */
export const buildRoot = async (set: RuntimeSet, folder: string, context: BakeContext): Promise<RootFacts> => {
  const action = `bake root "${set.name}"`;
  const inRoot = async (argv: readonly string[], input = ''): Promise<string> =>
    runIsolated(
      ['chroot', folder, 'env', '--ignore-environment', `PATH=${rootPath}`, 'HOME=/root', 'LC_ALL=C', ...argv],
      {
        action,
        folder,
        input,
        signal: context.signal,
      },
    );

  await installPackages(set, folder, action, context);
  return step(context, `${set.name}: registry and its certificate`, async () => {
    await writeRootFiles(folder);
    await inRoot(['sh', '-s'], certificateScript);
    const versions = await foundVersions(inRoot);
    checkVersions(set, versions);
    return {
      versions,
      packages: parsePackages(await inRoot(['dpkg-query', '--show', '--showformat=${Package}\\t${Version}\\n'])),
    };
  });
};

const rootPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

const installPackages = async (
  set: RuntimeSet,
  folder: string,
  action: string,
  context: BakeContext,
): Promise<void> => {
  let endStep = startStep(context.report, `${set.name}: set up the suite`);
  const followSteps = (line: string): void => {
    const title = mmdebstrapStep(line);
    if (title === undefined) return;
    endStep(true);
    endStep = startStep(context.report, `${set.name}: ${title}`);
  };
  try {
    const options = {action, folder, signal: context.signal};
    const env = await aptProxies((argv) => runIsolated(argv, options));
    await runIsolated(mmdebstrapArgv(set, folder), {...options, env, onErrorLine: followSteps});
    endStep(true);
  } finally {
    endStep(false);
  }
};

const writeRootFiles = async (folder: string): Promise<void> => {
  for (const [path, content] of Object.entries(rootFiles)) {
    await mkdir(dirname(join(folder, path)), {recursive: true, mode: 0o755});
    await rm(join(folder, path), {force: true});
    await writeFile(join(folder, path), content);
    await chmod(join(folder, path), 0o644);
  }
  await mkdir(join(folder, registryFolder), {recursive: true, mode: 0o755});
  // Each machine is another one: docker and systemd make an id of their own where there is none.
  await rm(join(folder, 'etc/machine-id'), {force: true});
};

const checkVersions = (set: RuntimeSet, found: StackVersions): void => {
  for (const [name, expected] of Object.entries(set.versions)) {
    const seen = found[name as keyof StackVersions];
    if (seen === expected) continue;
    throw new ProvisionError(
      `Cannot bake root "${set.name}": ${name} is ${seen} in ${set.suite.name}, but "versions.${name}" of the runtime set says ${expected}`,
      {expected: `${name} ${expected}`, seen: `${name} ${seen}`},
    );
  }
};

const parsePackages = (listing: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    listing
      .trim()
      .split('\n')
      .map((line) => line.split('\t') as [string, string])
      .sort(([left], [right]) => (left < right ? -1 : 1)),
  );
