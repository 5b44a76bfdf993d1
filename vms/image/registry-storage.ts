import {copyFile, mkdir, writeFile} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import type {ImageName} from './image-name.ts';
import {blobPath, type LayoutImage} from './oci-layout.ts';

/** What a file of the registry's storage holds: content copied from a layout, or the digest it links to. */
export type StoredFile =
  | {readonly path: string; readonly copyOf: string}
  | {readonly path: string; readonly link: string};

/**
 * The files that make a registry serve an image, relative to its root directory.
 * The layout is described at the top of
 * https://github.com/distribution/distribution/blob/v2.8.3/registry/storage/paths.go
 */
export const registryFiles = (
  {repository, tag}: Pick<ImageName, 'repository' | 'tag'>,
  image: LayoutImage,
): readonly StoredFile[] => {
  const home = `docker/registry/v2/repositories/${repository}`;
  const link = (path: string, digest: string): StoredFile => ({path: `${home}/${path}/link`, link: digest});
  const parts = [image.config, ...image.layers];
  return [
    ...[...new Set([image.manifest, ...parts])].map((digest) => ({path: storedBlob(digest), copyOf: digest})),
    link(`_manifests/revisions/${inPath(image.manifest)}`, image.manifest),
    link(`_manifests/tags/${tag}/current`, image.manifest),
    link(`_manifests/tags/${tag}/index/${inPath(image.manifest)}`, image.manifest),
    ...[...new Set(parts)].map((digest) => link(`_layers/${inPath(digest)}`, digest)),
  ];
};

/** Adds an image of an OCI layout to the root directory of a registry that is not running. Digests are not checked again. */
export const storeImage = async (
  rootDirectory: string,
  name: ImageName,
  image: LayoutImage,
  layout: string,
): Promise<void> => {
  for (const file of registryFiles(name, image)) {
    const target = join(rootDirectory, file.path);
    await mkdir(dirname(target), {recursive: true, mode: 0o755});
    await ('copyOf' in file ? copyFile(blobPath(layout, file.copyOf), target) : writeFile(target, file.link));
  }
};

const storedBlob = (digest: string): string => {
  const [algorithm = '', hex = ''] = digest.split(':');
  return `docker/registry/v2/blobs/${algorithm}/${hex.slice(0, 2)}/${hex}/data`;
};

const inPath = (digest: string): string => digest.replace(':', '/');
