import {describe, expect, test} from 'vitest';
import {digestOf, imageDocuments, layoutIndex, mediaTypes} from './oci-documents.ts';

const layer = {digest: digestOf('compressed'), size: 10, diffId: digestOf('plain')};
const config = {Cmd: ['nginx'], ExposedPorts: ['80/tcp'], StopSignal: 'SIGQUIT'};

describe('imageDocuments', () => {
  test('refer to each other by the digest of the very bytes', () => {
    const documents = imageDocuments(config, layer, 'amd64');
    expect(JSON.parse(documents.manifest)).toMatchObject({
      schemaVersion: 2,
      config: {mediaType: mediaTypes.config, digest: digestOf(documents.config), size: documents.config.length},
      layers: [{mediaType: mediaTypes.layer, digest: layer.digest, size: 10}],
    });
    expect(documents.manifestDescriptor).toEqual({
      mediaType: mediaTypes.manifest,
      digest: digestOf(documents.manifest),
      size: documents.manifest.length,
    });
  });

  test('carry what a container is run with', () => {
    expect(JSON.parse(imageDocuments(config, layer, 'arm64').config)).toMatchObject({
      architecture: 'arm64',
      os: 'linux',
      config: {Cmd: ['nginx'], ExposedPorts: {'80/tcp': {}}, StopSignal: 'SIGQUIT'},
      rootfs: {type: 'layers', diff_ids: [layer.diffId]},
    });
  });

  test('are the same bytes for the same input', () => {
    // A change of this digest is a change of every image: levels and baselines are compared by it.
    expect(imageDocuments(config, layer, 'amd64').manifestDescriptor.digest).toBe(
      'sha256:4c8f24c16fb5ef41b419ec894401c3c06929c409236f8149ab9513988870ff1b',
    );
  });
});

test('an index points at the manifest by tag', () => {
  const {manifestDescriptor} = imageDocuments(config, layer, 'amd64');
  expect(JSON.parse(layoutIndex(manifestDescriptor, 'latest'))).toMatchObject({
    manifests: [{digest: manifestDescriptor.digest, annotations: {'org.opencontainers.image.ref.name': 'latest'}}],
  });
});
