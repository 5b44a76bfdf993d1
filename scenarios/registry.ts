import {createHash} from 'node:crypto';
import {readFile} from 'node:fs/promises';
import {join} from 'node:path';
import type {ScenarioContext} from '../harness/scenario/definition.ts';
import {scratchFolder} from './scratch-folder.ts';

/** Where {@link serveImages} listens: docker and ctr speak plain HTTP to an address that starts with 127. */
export const REGISTRY = '127.0.0.1:5055';

/** A manifest, an index or a blob. */
export interface Content {
  readonly mediaType: string;
  readonly bytes: Uint8Array;
}

/** An image as a registry has it. */
export interface ServedImage {
  /** Repository and tag. */
  readonly name: string;
  readonly tag: string;
  /** What the tag names. */
  readonly manifest: Content;
  /** Manifests that an index names. */
  readonly manifests: readonly Content[];
  readonly blobs: readonly Content[];
}

/** `sha256:` and the digest of some bytes. */
export const digestOf = (bytes: Uint8Array): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

/**
 * Runs a registry with these images, for the life of the scenario. That of the machine has one kind of image alone, and nothing can be put
 * into it.
 */
export const serveImages = async (context: ScenarioContext, images: readonly ServedImage[]): Promise<void> => {
  const {machine, defer, step, eventually} = context;
  const script = await readFile(join(import.meta.dirname, 'registry/serve.pl'));
  await step('run a registry', async () => {
    const folder = await scratchFolder(context, 'registry');
    await machine.put(`${folder}/serve.pl`, script);
    const lines: string[] = [];
    for (const [path, {mediaType, bytes}] of images.flatMap(pathsOf)) {
      const digest = digestOf(bytes);
      const file = `${folder}/${digest.replace(':', '-')}`;
      await machine.put(file, bytes);
      lines.push(`${path} ${mediaType} ${digest} ${file}\n`);
    }
    await machine.put(`${folder}/list`, lines.join(''));
    const [address = '', port = ''] = REGISTRY.split(':');
    const server = machine.spawn(['perl', `${folder}/serve.pl`, address, port, `${folder}/list`]);
    defer(() => server.ended);
    defer(() => Promise.resolve(server.kill()));
    await eventually(() => machine.succeed(['ss', '--no-header', '--listening', '--tcp', '--numeric'])).toContain(
      `${REGISTRY} `,
    );
  });
};

const pathsOf = ({name, tag, manifest, manifests, blobs}: ServedImage): (readonly [path: string, Content])[] => [
  [`/v2/${name}/manifests/${tag}`, manifest],
  ...[manifest, ...manifests].map((one) => [`/v2/${name}/manifests/${digestOf(one.bytes)}`, one] as const),
  ...blobs.map((one) => [`/v2/${name}/blobs/${digestOf(one.bytes)}`, one] as const),
];
