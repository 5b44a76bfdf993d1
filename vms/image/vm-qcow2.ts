import {chmod} from 'node:fs/promises';
import {join} from 'node:path';
import type {BakedImage} from '../machine.ts';
import {step, type BakeContext} from './bake-report.ts';
import {openEntry, type CacheEntry} from './cache.ts';
import {contentKey} from './content-key.ts';
import {runIsolated} from './isolated-command.ts';
import {requireProgram} from './preflight.ts';
import {diskFiles, openVmDisk} from './vm-disk.ts';
import type {VmLayerFacts} from './vm-layer.ts';

/** The disk of an image as one qcow2 file, with the kernel and the initial RAM file system that boot it. */
export interface VmQcow2 extends AsyncDisposable {
  /** Content hash; another disk, another seal. */
  readonly seal: string;
  /** Absolute paths. All users of this host may read the files, once they come to them. */
  readonly disk: string;
  readonly kernel: string;
  readonly initrd: string;
  readonly facts: VmLayerFacts;
}

const FILE = 'disk.qcow2';

/**
 * The disk of {@link openVmDisk} as qcow2, which is what other tools take and copy for each machine: it is as small as what is in it, and
 * can keep snapshots of a running machine. Throws `HostError` when this host can't make it, `ProvisionError` when making it failed.
 */
export const openVmQcow2 = async (image: BakedImage, context: BakeContext): Promise<VmQcow2> => {
  await using undo = new AsyncDisposableStack();
  const disk = undo.use(await openVmDisk(image, context));
  const qcow2 = undo.use(await convert(disk, image.runtimeSet, context));
  const release = undo.move();
  return {
    seal: qcow2.seal,
    disk: join(qcow2.content, FILE),
    kernel: join(disk.content, diskFiles.kernel),
    initrd: join(disk.content, diskFiles.initrd),
    facts: disk.facts,
    [Symbol.asyncDispose]: async () => release.disposeAsync(),
  };
};

const convert = async (
  disk: CacheEntry<VmLayerFacts>,
  runtimeSet: string,
  context: BakeContext,
): Promise<CacheEntry<VmLayerFacts>> =>
  openEntry(
    {
      kind: 'vm-qcow2',
      key: await contentKey({disk: disk.seal}, ['vm-qcow2.ts']),
      what: `disk "${runtimeSet}" as qcow2`,
      neededBytes: 1_000_000_000,
      make: async (content) => {
        const action = `bake disk "${runtimeSet}" as qcow2`;
        await requireProgram('qemu-img', action, 'npm run setup');
        const target = join(content, FILE);
        await step(context, `${runtimeSet}: convert the disk to qcow2`, async () =>
          runIsolated(['qemu-img', 'convert', '-f', 'raw', '-O', 'qcow2', join(disk.content, diskFiles.disk), target], {
            action,
            folder: content,
            signal: context.signal,
          }),
        );
        await chmod(target, 0o644);
        return disk.facts;
      },
    },
    context,
  );
