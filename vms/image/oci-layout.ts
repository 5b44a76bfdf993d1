import {mkdir, readFile, rename, writeFile} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import {z} from 'zod';
import {digestOf, layoutIndex, type ImageDocuments, type StoredLayer} from './oci-documents.ts';

/** An image of an OCI layout, by digest. */
export interface LayoutImage {
  /** Digest of the manifest: the digest of the image. */
  readonly manifest: string;
  readonly config: string;
  readonly layers: readonly string[];
}

/** Path of content in an OCI layout: https://github.com/opencontainers/image-spec/blob/v1.1.0/image-layout.md */
export const blobPath = (layout: string, digest: string): string => join(layout, 'blobs', ...digest.split(':'));

/** Writes an image with one layer as OCI layout. `layerFile` is moved into it. */
export const writeLayout = async (
  layout: string,
  {config, manifest, manifestDescriptor}: ImageDocuments,
  layer: StoredLayer,
  layerFile: string,
  tag: string,
): Promise<LayoutImage> => {
  const configDigest = digestOf(config);
  await mkdir(dirname(blobPath(layout, layer.digest)), {recursive: true});
  await rename(layerFile, blobPath(layout, layer.digest));
  await writeFile(blobPath(layout, configDigest), config);
  await writeFile(blobPath(layout, manifestDescriptor.digest), manifest);
  await writeFile(join(layout, 'index.json'), layoutIndex(manifestDescriptor, tag));
  await writeFile(join(layout, 'oci-layout'), JSON.stringify({imageLayoutVersion: '1.0.0'}));
  return {manifest: manifestDescriptor.digest, config: configDigest, layers: [layer.digest]};
};

/** The one image of an OCI layout. Rejects when the layout is broken or has several. */
export const readLayout = async (layout: string): Promise<LayoutImage> => {
  const {manifests} = indexSchema.parse(await readJson(join(layout, 'index.json')));
  const {config, layers} = manifestSchema.parse(await readJson(blobPath(layout, manifests[0].digest)));
  return {manifest: manifests[0].digest, config: config.digest, layers: layers.map(({digest}) => digest)};
};

const descriptor = z.object({digest: z.string().regex(/^sha256:[0-9a-f]{64}$/u)});
const indexSchema = z.object({manifests: z.tuple([descriptor])});
const manifestSchema = z.object({config: descriptor, layers: z.array(descriptor)});

const readJson = async (file: string): Promise<unknown> => JSON.parse(await readFile(file, 'utf8'));
