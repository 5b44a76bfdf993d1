import {gzipSync, zstdCompressSync} from 'node:zlib';
import {archiveOf} from './archive.ts';
import {signedJson} from './libtrust.ts';
import {digestOf, type Content, type ServedImage} from './registry.ts';

/** The one file that each of these images has, and its content. */
export const FILE = {name: 'file', content: 'here'} as const;

const layer = archiveOf(FILE.name, FILE.content, {});
const json = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value));
const descriptorOf = ({mediaType, bytes}: Content) => ({mediaType, digest: digestOf(bytes), size: bytes.length});

/** An image whose layer is compressed with zstd. https://github.com/opencontainers/image-spec/blob/main/layer.md#zstd-media-types */
export const zstdImage = (): ServedImage => {
  const compressed = {mediaType: 'application/vnd.oci.image.layer.v1.tar+zstd', bytes: zstdCompressSync(layer)};
  return {
    name: 'plumbline/zstd',
    tag: 'one',
    manifests: [],
    ...imageOf(compressed, {architecture: 'amd64', os: 'linux'}),
  };
};

/** An index that has an image for one variant of ARM alone. */
export const armIndex = (variant: string): ServedImage => {
  const compressed = {mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip', bytes: gzipSync(layer)};
  const platform = {architecture: 'arm', os: 'linux', variant};
  const {manifest, blobs} = imageOf(compressed, platform);
  const mediaType = 'application/vnd.oci.image.index.v1+json';
  const index = {schemaVersion: 2, mediaType, manifests: [{...descriptorOf(manifest), platform}]};
  return {name: 'plumbline/arm', tag: 'one', manifest: {mediaType, bytes: json(index)}, manifests: [manifest], blobs};
};

/**
 * An image with a manifest of schema 1, which has to be signed, but by nobody in particular.
 * https://github.com/distribution/distribution/blob/v2.8.3/docs/spec/manifest-v2-1.md
 */
export const schema1Image = (): ServedImage => {
  const blob = {mediaType: 'application/octet-stream', bytes: gzipSync(layer)};
  const platform = {architecture: 'amd64', os: 'linux'};
  const history = {id: 'a'.repeat(64), created: '2016-01-01T00:00:00Z', ...platform, config: {Cmd: ['true']}};
  const manifest = {
    schemaVersion: 1,
    name: 'plumbline/schema1',
    tag: 'one',
    architecture: platform.architecture,
    fsLayers: [{blobSum: digestOf(blob.bytes)}],
    history: [{v1Compatibility: JSON.stringify(history)}],
  };
  const mediaType = 'application/vnd.docker.distribution.manifest.v1+prettyjws';
  const {name, tag} = manifest;
  return {name, tag, manifest: {mediaType, bytes: Buffer.from(signedJson(manifest))}, manifests: [], blobs: [blob]};
};

/** An image of one layer. */
const imageOf = (compressed: Content, platform: Readonly<Record<string, string>>) => {
  const rootfs = {type: 'layers', diff_ids: [digestOf(layer)]};
  const config = {
    mediaType: 'application/vnd.oci.image.config.v1+json',
    bytes: json({...platform, config: {Cmd: ['true']}, rootfs}),
  };
  const mediaType = 'application/vnd.oci.image.manifest.v1+json';
  const manifest = {schemaVersion: 2, mediaType, config: descriptorOf(config), layers: [descriptorOf(compressed)]};
  return {manifest: {mediaType, bytes: json(manifest)}, blobs: [config, compressed]};
};
