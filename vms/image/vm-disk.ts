import {copyFile, mkdir, readdir, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import type {BakedImage} from '../machine.ts';
import {step, type BakeContext} from './bake-report.ts';
import {openEntry, type CacheEntry} from './cache.ts';
import {contentKey} from './content-key.ts';
import {storeNames} from './image-stores.ts';
import {buildInitrd} from './initrd.ts';
import {runIsolated} from './isolated-command.ts';
import {overlayMount, overlayOptions} from './overlay.ts';
import {requireProgram} from './preflight.ts';
import {vmPaths} from './vm-files.ts';
import {modulesFolder, openVmLayer, type VmLayerFacts} from './vm-layer.ts';

/** Files of a disk entry, relative to its content. */
export const diskFiles = {disk: 'disk.raw', kernel: 'vmlinuz', initrd: 'initrd'} as const;

/** Size of the disk as the machine sees it. On the host it takes what is in it. */
export const diskBytes = 8 * 1024 ** 3;

const sources = ['vm-disk.ts', 'initrd.ts', 'cpio-archive.ts', 'kernel-modules.ts', 'overlay.ts'];

/**
 * The disk, the kernel and the initial RAM file system that a virtual machine of this image boots from, made from its layers.
 * Throws `HostError` when this host can't make it, `ProvisionError` when making it failed.
 */
export const openVmDisk = async (image: BakedImage, context: BakeContext): Promise<CacheEntry<VmLayerFacts>> => {
  await using layer = await openVmLayer(image, context);
  await using other = image.kernelOf && (await openVmLayer(image.kernelOf, context));
  return openEntry(
    {
      kind: 'vm-disk',
      key: await contentKey({image: image.key, layer: layer.seal, kernel: other?.seal}, sources),
      what: `disk "${image.runtimeSet}"`,
      neededBytes: 1_200_000_000,
      make: async (content, scratch) => {
        await requireProgram('mke2fs', `bake disk "${image.runtimeSet}"`, 'npm run setup');
        await step(context, `${image.runtimeSet}: make the disk`, async () => {
          await writeBootFiles(other ?? layer, content, context.signal);
          await makeDisk(
            {...image, layers: [layer.content, ...image.layers]},
            join((other ?? layer).content, modulesFolder),
            join(content, diskFiles.disk),
            scratch,
            context,
          );
        });
        return {...layer.facts, kernel: (other ?? layer).facts.kernel};
      },
    },
    context,
  );
};

const writeBootFiles = async (
  {content: layer, facts: {kernel}}: CacheEntry<VmLayerFacts>,
  content: string,
  signal: AbortSignal,
): Promise<void> => {
  const modules = join(layer, modulesFolder, kernel);
  // Debian moved it from /boot to the modules after its release 13.
  const isWithModules = (await readdir(modules)).includes('vmlinuz');
  await copyFile(
    isWithModules ? join(modules, 'vmlinuz') : join(layer, `boot/vmlinuz-${kernel}`),
    join(content, diskFiles.kernel),
  );
  await writeFile(join(content, diskFiles.initrd), await buildInitrd(modules, join(layer, vmPaths.busybox), signal));
};

/** Makes a file system with the content of the layers, without a loop device: mke2fs(8) writes into a file. */
const makeDisk = async (
  {layers, stores = '', runtimeSet}: BakedImage,
  modules: string,
  disk: string,
  scratch: string,
  {signal}: BakeContext,
): Promise<void> => {
  const [upper, work, merged] = ['upper', 'work', 'merged'].map((name) => join(scratch, name)) as [
    string,
    string,
    string,
  ];
  for (const folder of [upper, work, merged]) await mkdir(folder);
  const argv = [overlayOptions(layers, {upper, work}), merged, disk, String(diskBytes / 1024), stores, modules];
  await runIsolated(['sh', '-c', diskScript, 'sh', ...argv], {
    action: `bake disk "${runtimeSet}"`,
    folder: scratch,
    signal,
  });
};

/**
 * Arguments: mount options, mount point, image file, size in KiB, folder of the stores or nothing, modules of the kernel. Without a journal, since a machine that crashes is not used again;
 * whatever mke2fs(8) leaves for later is left for good by the mount option `noinit_itable`.
 */
const diskScript = `set -eu
umask 022
${overlayMount} -o "$1" "$2"
if [ -n "$5" ]; then
  for store in ${storeNames.join(' ')}; do
    mkdir -p "$2/var/lib/$store"
    mount --bind "$5/$store" "$2/var/lib/$store"
  done
fi
mount --bind "$6" "$2/${modulesFolder}"
mke2fs -q -t ext4 -O ^has_journal,^resize_inode -E lazy_itable_init=1,root_owner=0:0 -m 0 -L plumbline -d "$2" "$3" "$4"
`;
