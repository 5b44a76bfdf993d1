import {copyFile, mkdir, readdir, rename, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {step, type BakeContext} from '../../image/bake-report.ts';
import {openEntry, type CacheEntry} from '../../image/cache.ts';
import {keyOf} from '../../image/content-key.ts';
import {runIsolated} from '../../image/isolated-command.ts';
import type {VmQcow2} from '../../image/vm-qcow2.ts';
import {REMEDY} from './requirements.ts';
import {requireProgram} from '../../image/preflight.ts';

/** Name of the box of a runtime set. */
export const boxName = (runtimeSet: string): string => `plumbline-${runtimeSet}`;

/** Folder of boxes in `VAGRANT_HOME` and in the cache entry. */
export const boxesFolder = 'boxes';

/** A box has one; what is in it follows from the key of the cache. */
const VERSION = '1.0.0';

/** Size of the disk as the box tells it; that of the qcow2 image itself is what counts. */
const VIRTUAL_SIZE_GB = 8;

/**
 * The box of a disk, added to a folder of boxes, with the kernel that boots it: https://vagrant-libvirt.github.io/vagrant-libvirt/boxes.html
 * Throws `HostError` when this host can't make it, `ProvisionError` when making it failed.
 */
export const openBox = async (runtimeSet: string, disk: VmQcow2, context: BakeContext): Promise<CacheEntry<BoxFacts>> =>
  openEntry(
    {
      kind: 'vagrant-box',
      key: boxKey(runtimeSet, disk),
      what: `box "${runtimeSet}"`,
      neededBytes: 2_500_000_000,
      make: async (content, scratch) => {
        await requireProgram('vagrant', `bake box "${runtimeSet}"`, REMEDY);
        return step(context, `${runtimeSet}: make the Vagrant box`, async () =>
          makeBox(runtimeSet, disk, content, scratch, context.signal),
        );
      },
    },
    context,
  );

/** Raised when a box is made in another way. */
const FORMAT = 1;

/** The name is inside the box, and runtime sets of different names may have the same disk. */
export const boxKey = (runtimeSet: string, {seal}: Pick<VmQcow2, 'seal'>): string =>
  keyOf({FORMAT, name: boxName(runtimeSet), disk: seal, boxVagrantfile});

/** What is known of a box. */
export interface BoxFacts {
  /** Folder of the box, relative to the content of its entry. */
  readonly folder: string;
  /** The name that vagrant-libvirt gives to the volume of this box in a pool. */
  readonly volume: string;
}

/** Files of a box, in its folder. */
export const boxFiles = {image: 'box.img', kernel: 'vmlinuz', initrd: 'initrd'} as const;

const makeBox = async (
  runtimeSet: string,
  disk: VmQcow2,
  content: string,
  scratch: string,
  signal: AbortSignal,
): Promise<BoxFacts> => {
  const [parts, home, archive] = [join(scratch, 'parts'), join(scratch, 'home'), join(scratch, 'plumbline.box')];
  for (const folder of [parts, home]) await mkdir(folder);
  const run = async (argv: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<string> =>
    runIsolated(argv, {action: `bake box "${runtimeSet}"`, folder: content, cwd: scratch, env, signal});
  await copyFile(disk.disk, join(parts, boxFiles.image));
  await copyFile(disk.kernel, join(parts, boxFiles.kernel));
  await copyFile(disk.initrd, join(parts, boxFiles.initrd));
  await writeFile(join(parts, 'metadata.json'), JSON.stringify(metadata));
  await writeFile(join(parts, 'Vagrantfile'), boxVagrantfile);
  await run(['tar', '-C', parts, '-cf', archive, '.']);
  const name = boxName(runtimeSet);
  const catalog = join(scratch, 'catalog.json');
  await writeFile(catalog, JSON.stringify(boxCatalog(name, archive)));
  await run(['vagrant', 'box', 'add', '--provider', 'libvirt', catalog], {...boxEnvironment, VAGRANT_HOME: home});
  await rename(join(home, boxesFolder), join(content, boxesFolder));
  const folder = join(boxesFolder, name, VERSION);
  // Vagrant 2.4 puts an architecture between the version and the provider.
  const [first = ''] = await readdir(join(content, folder));
  return {
    folder: first === 'libvirt' ? join(folder, first) : join(folder, first, 'libvirt'),
    volume: `${name}_vagrant_box_image_${VERSION}_box.img`,
  };
};

/** Environment of every vagrant: nothing is asked of the network, and nothing is coloured. */
export const boxEnvironment = {
  VAGRANT_CHECKPOINT_DISABLE: '1',
  VAGRANT_BOX_UPDATE_CHECK_DISABLE: '1',
  VAGRANT_NO_COLOR: '1',
} as const;

const metadata = {provider: 'libvirt', format: 'qcow2', virtual_size: VIRTUAL_SIZE_GB};

/** https://developer.hashicorp.com/vagrant/docs/boxes/format#box-metadata: what gives a box its version. */
const boxCatalog = (name: string, archive: string) => ({
  name,
  versions: [{version: VERSION, providers: [{name: 'libvirt', url: `file://${archive}`}]}],
});

/** Merged below the Vagrantfile of a machine. */
const boxVagrantfile = `Vagrant.configure("2") do |config|
  config.vm.provider :libvirt do |libvirt|
    libvirt.kernel = File.join(__dir__, "${boxFiles.kernel}")
    libvirt.initrd = File.join(__dir__, "${boxFiles.initrd}")
  end
end
`;
