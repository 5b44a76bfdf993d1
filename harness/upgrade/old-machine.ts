import {readFile} from 'node:fs/promises';
import {join} from 'node:path';
import type {BakeContext} from '../../vms/image/bake-report.ts';
import type {CacheEntry} from '../../vms/image/cache.ts';
import type {HeldImage} from '../../vms/image/bake.ts';
import type {UpgradeFacts} from '../../vms/image/upgrade-packages.ts';
import type {Machine, MachineFile, MachineSpec, OwnedMachine, Provider} from '../../vms/machine.ts';
import {versionIn} from '../run/versions.ts';

/** What machines that are to be upgraded are made of. */
export interface UpgradeMaterial {
  readonly provider: Provider;
  readonly from: HeldImage;
  readonly packages: Pick<CacheEntry<UpgradeFacts>, 'content' | 'facts'>;
}

/** Makes dockerd leave containers alone when it ends: https://docs.docker.com/engine/daemon/live-restore/ */
const liveRestoreFile: MachineFile = {
  path: '/etc/docker/daemon.json',
  content: JSON.stringify({'live-restore': true}),
  mode: 0o644,
};

/** How a machine to be upgraded is to be apart from its image. */
export interface OldMachineSpec extends Omit<MachineSpec, 'image' | 'files'> {
  readonly files?: readonly MachineFile[];
  readonly liveRestore?: boolean;
}

/** Makes what such machines start from and are not themselves. Returns sentences worth a line, as {@link Provider.prepare} does. */
export const prepareOldMachine = async (
  {provider, from}: UpgradeMaterial,
  spec: Pick<OldMachineSpec, 'files' | 'liveRestore' | 'setUp'>,
  context: BakeContext,
): Promise<readonly string[]> =>
  (await provider.prepare?.({image: from, files: filesOf(spec), ...(spec.setUp && {setUp: spec.setUp})}, context)) ??
  [];

const filesOf = ({liveRestore = false, files = []}: Pick<OldMachineSpec, 'files' | 'liveRestore'>) =>
  liveRestore ? [...files, liveRestoreFile] : files;

/**
 * Starts a machine of the old runtime set that has the packages of its upgrade in a folder. They are put into it as it runs: what they are
 * part of from the start would be another disk of a virtual machine, and another snapshot, for each upgrade.
 */
export const startOldMachine = async (
  {provider, from, packages}: UpgradeMaterial,
  spec: OldMachineSpec,
  signal: AbortSignal,
): Promise<OwnedMachine> => {
  const {liveRestore: _, ...rest} = spec;
  await using undo = new AsyncDisposableStack();
  const machine = undo.use(await provider.start({...rest, image: from, files: filesOf(spec)}, signal));
  for (const path of packages.facts.files) {
    await machine.put(path, await readFile(join(packages.content, path)));
  }
  undo.move();
  return machine;
};

/** Asks the programs of the stack for their versions, whatever these are. */
export const versionsOf = async (machine: Machine): Promise<Record<'docker' | 'containerd' | 'runc', string>> => {
  const [docker, containerd, runc] = await Promise.all(
    ['dockerd', 'containerd', 'runc'].map(async (program) => versionIn(await machine.succeed([program, '--version']))),
  );
  return {docker: docker ?? '', containerd: containerd ?? '', runc: runc ?? ''};
};
