import type {Acceleration} from '../../machine.ts';
import {readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {parseDocument} from 'yaml';
import {dhcpParameter} from '../../image/initrd.ts';
import {cidataParameter} from '../../image/vm-files.ts';
import {kernelCommandLine} from '../qemu/argv.ts';

/** What differs between machines of Lima. Paths are absolute. */
export interface TemplateSpec {
  readonly image: string;
  readonly kernel: string;
  readonly initrd: string;
  readonly acceleration: Acceleration;
  readonly cpus: number;
  readonly memoryMiB: number;
  /** As of a machine of the qemu provider. */
  readonly counterMhz?: number | undefined;
  readonly diskBytes: number;
}

const FILE = join(import.meta.dirname, 'machine.yaml');

/** The template of a machine that is made from a baked disk: https://lima-vm.io/docs/reference/ */
export const bakedTemplate = async (spec: TemplateSpec): Promise<string> => {
  const document = parseDocument(await readFile(FILE, 'utf8'));
  const arch = process.arch === 'arm64' ? 'aarch64' : 'x86_64';
  const settings = {
    arch,
    cpus: spec.cpus,
    memory: `${spec.memoryMiB}MiB`,
    disk: String(spec.diskBytes),
    vmOpts: {qemu: {cpuType: {[arch]: spec.acceleration === 'tcg' ? 'max' : 'host'}}},
    images: [
      {
        location: spec.image,
        arch,
        kernel: {
          location: spec.kernel,
          cmdline: `${kernelCommandLine(spec)} ${dhcpParameter} ${cidataParameter}`,
        },
        initrd: {location: spec.initrd},
      },
    ],
  };
  for (const [key, value] of Object.entries(settings)) document.set(key, value);
  return document.toString();
};
