import type {CacheEntry} from '../../vms/image/cache.ts';
import type {HeldImage} from '../../vms/image/bake.ts';
import type {UpgradeFacts} from '../../vms/image/upgrade-packages.ts';
import {keyOf} from '../../vms/image/content-key.ts';
import type {BakedImage, MachineFile, MachineSpec, OwnedMachine, Provider} from '../../vms/machine.ts';
import {versionIn} from '../run/versions.ts';
import type {Machine} from '../../vms/machine.ts';

/** What machines that are to be upgraded are made of. */
export interface UpgradeMaterial {
  readonly provider: Provider;
  readonly from: HeldImage;
  readonly packages: Pick<CacheEntry<UpgradeFacts>, 'content' | 'seal' | 'facts'>;
}

/** Makes dockerd leave containers alone when it ends: https://docs.docker.com/engine/daemon/live-restore/ */
const liveRestoreFile: MachineFile = {
  path: '/etc/docker/daemon.json',
  content: JSON.stringify({'live-restore': true}),
  mode: 0o644,
};

/** Starts a machine of the old runtime set that has the packages of its upgrade in a folder. */
export const startOldMachine = (
  {provider, from, packages}: UpgradeMaterial,
  spec: Omit<MachineSpec, 'image' | 'files'> & {
    readonly files?: readonly MachineFile[];
    readonly liveRestore?: boolean;
  },
  signal: AbortSignal,
): Promise<OwnedMachine> => {
  const {liveRestore = false, files = [], ...rest} = spec;
  return provider.start(
    {...rest, image: withLayer(from, packages), files: liveRestore ? [...files, liveRestoreFile] : files},
    signal,
  );
};

const withLayer = (
  {runtimeSet, layers, stores, key}: BakedImage,
  {content, seal}: UpgradeMaterial['packages'],
): BakedImage => ({
  runtimeSet,
  ...(stores !== undefined && {stores}),
  layers: [content, ...layers],
  key: keyOf([seal, key]),
});

/** Asks the programs of the stack for their versions, whatever these are. */
export const versionsOf = async (machine: Machine): Promise<Record<'docker' | 'containerd' | 'runc', string>> => {
  const [docker, containerd, runc] = await Promise.all(
    ['dockerd', 'containerd', 'runc'].map(async (program) => versionIn(await machine.succeed([program, '--version']))),
  );
  return {docker: docker ?? '', containerd: containerd ?? '', runc: runc ?? ''};
};
