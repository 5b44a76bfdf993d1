import {createHash} from 'node:crypto';
import {createReadStream} from 'node:fs';
import {stat} from 'node:fs/promises';
import {pipeline} from 'node:stream/promises';
import type {HostCommand} from './debian-packages.ts';
import {imageEpoch, type StoredLayer} from './oci-documents.ts';

/**
 * Packs a tree as a compressed layer at `file`, whose name ends with `.gz`: the same tree gives the same bytes, whenever and in whatever
 * order its files were made. gzip(1) rather than Node's zlib, whose output depends on the processor.
 */
export const packLayer = async (tree: string, file: string, run: HostCommand): Promise<StoredLayer> => {
  const plain = file.slice(0, -'.gz'.length);
  const order = ['--sort=name', `--mtime=@${imageEpoch}`, '--numeric-owner'];
  // ustar and the GNU format have no fields for the times of access and change, which the pax format would store.
  await run(['tar', '--create', '--format=gnu', ...order, `--file=${plain}`, `--directory=${tree}`, '.']);
  const diffId = await digestOfFile(plain);
  // It takes options from a variable.
  await run(['env', '--unset=GZIP', 'gzip', '--no-name', plain]);
  const {size} = await stat(file);
  return {digest: await digestOfFile(file), size, diffId};
};

const digestOfFile = async (file: string): Promise<string> => {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return `sha256:${hash.digest('hex')}`;
};
