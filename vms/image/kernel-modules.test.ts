import {expect, test} from 'vitest';
import {moduleOrder} from './kernel-modules.ts';

const modulesDep = `kernel/fs/overlayfs/overlay.ko.xz:
kernel/drivers/virtio/virtio.ko.xz:
kernel/drivers/virtio/virtio_ring.ko.xz: kernel/drivers/virtio/virtio.ko.xz
kernel/drivers/block/virtio_blk.ko.xz: kernel/drivers/virtio/virtio_ring.ko.xz kernel/drivers/virtio/virtio.ko.xz
kernel/crypto/crc32c-intel.ko: 
`;

test('a module comes after what it depends on, and once', () => {
  expect(moduleOrder(modulesDep, ['virtio_blk', 'virtio_ring', 'crc32c_intel'])).toEqual([
    'kernel/drivers/virtio/virtio.ko.xz',
    'kernel/drivers/virtio/virtio_ring.ko.xz',
    'kernel/drivers/block/virtio_blk.ko.xz',
    'kernel/crypto/crc32c-intel.ko',
  ]);
});

test('what is built in is left out', () => {
  expect(moduleOrder(modulesDep, ['ext4'])).toEqual([]);
});
