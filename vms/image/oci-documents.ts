import {createHash} from 'node:crypto';
import type {ImageConfig} from './recipe.ts';

/** Points at content by its digest: https://github.com/opencontainers/image-spec/blob/v1.1.0/descriptor.md */
export interface Descriptor {
  readonly mediaType: string;
  /** `sha256:` and 64 hexadecimal digits. */
  readonly digest: string;
  /** Bytes. */
  readonly size: number;
}

/** A file system layer as it is stored. */
export interface StoredLayer {
  /** Of the compressed archive. */
  readonly digest: string;
  readonly size: number;
  /** Of the archive before compression. */
  readonly diffId: string;
}

/** The JSON documents of an image with one layer, as bytes to be stored. */
export interface ImageDocuments {
  readonly config: string;
  readonly manifest: string;
  readonly manifestDescriptor: Descriptor;
}

/** Everything in an image is dated so; not 1970, which some programs take for "no date". Seconds since 1970. */
export const imageEpoch = Date.UTC(2020, 0, 1) / 1000;

/** Media types: https://github.com/opencontainers/image-spec/blob/v1.1.0/media-types.md */
export const mediaTypes = {
  index: 'application/vnd.oci.image.index.v1+json',
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar+gzip',
} as const;

/** The configuration and the manifest of an image with one layer. The same input gives the same bytes. */
export const imageDocuments = (config: ImageConfig, layer: StoredLayer, architecture: string): ImageDocuments => {
  const created = new Date(imageEpoch * 1000).toISOString();
  const configText = JSON.stringify({
    created,
    architecture,
    os: 'linux',
    config: {...config, ExposedPorts: exposedPorts(config.ExposedPorts)},
    rootfs: {type: 'layers', diff_ids: [layer.diffId]},
    history: [{created, created_by: 'plumbline'}],
  });
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    config: describe(mediaTypes.config, configText),
    layers: [{mediaType: mediaTypes.layer, digest: layer.digest, size: layer.size}],
  });
  return {config: configText, manifest, manifestDescriptor: describe(mediaTypes.manifest, manifest)};
};

/** `index.json` of a layout with one image: https://github.com/opencontainers/image-spec/blob/v1.1.0/image-layout.md */
export const layoutIndex = (manifest: Descriptor, tag: string): string =>
  JSON.stringify({
    schemaVersion: 2,
    mediaType: mediaTypes.index,
    manifests: [{...manifest, annotations: {'org.opencontainers.image.ref.name': tag}}],
  });

/** The digest of a document, `sha256:` and 64 hexadecimal digits. */
export const digestOf = (content: string | Uint8Array): string =>
  `sha256:${createHash('sha256').update(content).digest('hex')}`;

const describe = (mediaType: string, text: string): Descriptor => ({
  mediaType,
  digest: digestOf(text),
  size: Buffer.byteLength(text),
});

const exposedPorts = (ports: readonly string[] | undefined): Readonly<Record<string, object>> | undefined =>
  ports && Object.fromEntries(ports.map((port) => [port, {}]));
