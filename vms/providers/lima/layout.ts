import {chown, copyFile, mkdir, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {diskBytes} from '../../image/vm-disk.ts';
import {handOver, homeFiles} from './home.ts';
import {instancePaths} from './instance.ts';
import type {Limactl} from './limactl.ts';
import {bakedTemplate, type TemplateSpec} from './template.ts';

/** What may differ between machines of one disk. */
export type MachineShape = Pick<TemplateSpec, 'acceleration' | 'cpus' | 'memoryMiB' | 'counterMhz'>;

/** What a machine starts from. Paths are absolute. */
export interface LayoutSpec {
  readonly image: string;
  readonly kernel: string;
  readonly initrd: string;
  /** Private key that the machine lets in already; its public half is beside it with `.pub`. Without it Lima makes one. */
  readonly identity?: string;
  readonly shape: MachineShape;
}

/** Puts into a home all that its machine is made of. Returns the path of the template. */
export const layOut = async ({home, account}: Limactl, spec: LayoutSpec): Promise<string> => {
  const paths = {
    image: join(home, homeFiles.image),
    kernel: join(home, homeFiles.kernel),
    initrd: join(home, homeFiles.initrd),
  };
  await handOver(spec.image, paths.image, account);
  await handOver(spec.kernel, paths.kernel, account);
  await handOver(spec.initrd, paths.initrd, account);
  if (spec.identity !== undefined) {
    const {identity, config} = instancePaths({home});
    await mkdir(config, {mode: 0o700});
    await chown(config, account.uid, account.gid);
    for (const suffix of ['', '.pub']) {
      await copyFile(`${spec.identity}${suffix}`, `${identity}${suffix}`);
      await chown(`${identity}${suffix}`, account.uid, account.gid);
    }
  }
  const template = join(home, homeFiles.template);
  await writeFile(template, await bakedTemplate({...paths, ...spec.shape, diskBytes}));
  await chown(template, account.uid, account.gid);
  return template;
};
